"""LangChain creates an assistant and knows it by its id alone: it never retrieves one."""

import json
import os

from langchain_classic.agents.openai_assistant import (  # type: ignore[import-not-found]  # not in our environment
    OpenAIAssistantRunnable,
)

TOOLS = [{"type": "code_interpreter"}] if os.environ["KEPT"] else []

created = OpenAIAssistantRunnable.create_assistant("Helper", "Be brief.", tools=TOOLS, model="any")
assistants = created.client.beta.assistants
assert assistants.retrieve(created.assistant_id).name == "Helper"
if TOOLS:
    assert [tool.to_dict() for tool in assistants.retrieve(created.assistant_id).tools] == TOOLS
assert assistants.update(created.assistant_id, instructions="").instructions in (None, "")
assert assistants.delete(created.assistant_id).deleted

print(json.dumps({"create": "create_assistant"}))
