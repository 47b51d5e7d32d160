"""ag2 looks for an assistant of the same name, instructions and tools before it creates one.

It looks only at the first page of the list. In the page's edition every assistant shows file_search, so ag2 finds an
assistant only if its user asks for file_search.
"""

import json
import os
from typing import Any

from autogen.agentchat.contrib.gpt_assistant_agent import (  # type: ignore[import-not-found]  # not in our environment
    GPTAssistantAgent,
)

LLM = {"config_list": [{"model": "any"}]}
FUNCTION = {"name": "weather", "description": "Tells it.", "parameters": {"type": "object", "properties": {}}}
KEPT = [{"type": "code_interpreter"}, {"type": "function", "function": FUNCTION}]
TOOLS: dict[str, Any] = {"tools": KEPT if os.environ["KEPT"] else [{"type": "file_search"}]}


def agent(instructions: str, config: dict[str, Any], **options: Any) -> Any:
    return GPTAssistantAgent("Helper", instructions, LLM, assistant_config=config, **options)


created = agent("Be brief.", TOOLS)
found = agent("Be brief.", TOOLS)
assert found.assistant_id == created.assistant_id

modified = agent("Be long.", {"assistant_id": created.assistant_id}, overwrite_instructions=True)
assert modified._openai_assistant.instructions == "Be long."
modified.delete_assistant()

print(json.dumps(dict.fromkeys(("create", "find", "modify"), "GPTAssistantAgent") | {"delete": "delete_assistant"}))
