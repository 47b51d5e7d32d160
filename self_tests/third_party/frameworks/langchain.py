"""LangChain creates an assistant and knows it by its id alone: it never retrieves one."""

import json

from langchain_classic.agents.openai_assistant import (  # type: ignore[import-not-found]  # not in our environment
    OpenAIAssistantRunnable,
)

made = OpenAIAssistantRunnable.create_assistant("Helper", "Be brief.", tools=[], model="any")
assistants = made.client.beta.assistants
assert assistants.retrieve(made.assistant_id).name == "Helper"
assert assistants.update(made.assistant_id, instructions="").instructions in (None, "")
assert assistants.delete(made.assistant_id).deleted

print(json.dumps({"create": "create_assistant"}))
