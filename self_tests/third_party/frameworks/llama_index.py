"""LlamaIndex creates an assistant, with temperature and top_p null if they are not given, and finds one by id."""

import json
import os
from typing import Any

from llama_index.agent.openai import OpenAIAssistantAgent  # type: ignore[import-not-found]  # not in our environment

THREAD = "thread_1"  # otherwise LlamaIndex creates a thread, which is not in this contract
KEPT: dict[str, Any] = {"openai_tools": [{"type": "code_interpreter"}], "temperature": 0.2, "top_p": 0.5}
MORE = KEPT if os.environ["KEPT"] else {}

created = OpenAIAssistantAgent.from_new("Helper", "Be brief.", model="any", thread_id=THREAD, **MORE)
found = OpenAIAssistantAgent.from_existing(created.assistant.id, thread_id=THREAD)
assert found.assistant == created.assistant
if MORE:
    shown = found.assistant.to_dict()
    assert [shown[name] for name in ("tools", "temperature", "top_p")] == list(KEPT.values())

assistants = created.client.beta.assistants
assert assistants.update(created.assistant.id, instructions="Be long.").instructions == "Be long."
assert assistants.delete(created.assistant.id).deleted

print(json.dumps({"create": "from_new", "find": "from_existing"}))
