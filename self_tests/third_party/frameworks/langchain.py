"""LangChain creates an assistant and knows it by its id alone: it never retrieves one."""

import json

from langchain_classic.agents.openai_assistant import (  # type: ignore[import-not-found]  # not in our environment
    OpenAIAssistantRunnable,
)

created = OpenAIAssistantRunnable.create_assistant("Helper", "Be brief.", tools=[], model="any")
assistants = created.client.beta.assistants
assert assistants.retrieve(created.assistant_id).name == "Helper"
assert assistants.update(created.assistant_id, instructions="").instructions in (None, "")
assert assistants.delete(created.assistant_id).deleted

print(json.dumps({"create": "create_assistant"}))
