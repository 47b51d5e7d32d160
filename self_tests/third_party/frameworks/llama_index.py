"""LlamaIndex creates an assistant, with temperature and top_p null if they are not given, and finds one by id."""

import json

from llama_index.agent.openai import OpenAIAssistantAgent  # type: ignore[import-not-found]  # not in our environment

THREAD = "thread_1"  # otherwise LlamaIndex creates a thread, which is not in this contract

created = OpenAIAssistantAgent.from_new("Helper", "Be brief.", model="any", thread_id=THREAD)
found = OpenAIAssistantAgent.from_existing(created.assistant.id, thread_id=THREAD)
assert found.assistant == created.assistant

assistants = created.client.beta.assistants
assert assistants.update(created.assistant.id, instructions="Be long.").instructions == "Be long."
assert assistants.delete(created.assistant.id).deleted

print(json.dumps({"create": "from_new", "find": "from_existing"}))
