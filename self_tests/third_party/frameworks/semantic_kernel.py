"""Semantic Kernel creates an assistant from a description in YAML, and finds one by an id in such a description.

It changes a found assistant only in memory.
"""

import asyncio
import json
import os

from openai import AsyncOpenAI
from semantic_kernel.agents import AgentRegistry  # type: ignore[import-not-found]  # not in our environment

MADE = """
type: openai_assistant
name: Helper
instructions: Be brief.
model:
  id: any
"""
MORE = """
description: Helps.
tools:
  - type: code_interpreter
"""


async def main() -> None:
    client, kept = AsyncOpenAI(), os.environ["KEPT"]
    created = await AgentRegistry.create_from_yaml(MADE + (MORE if kept else ""), client=client)
    found = await AgentRegistry.create_from_yaml(f"type: openai_assistant\nid: {created.id}", client=client)
    assert (found.name, found.definition.instructions) == ("Helper", "Be brief.")

    if kept:
        shown = found.definition
        assert (shown.description, [tool.type for tool in shown.tools]) == ("Helps.", ["code_interpreter"])

    assistants = client.beta.assistants
    assert (await assistants.update(created.id, instructions="Be long.")).instructions == "Be long."
    assert (await assistants.delete(created.id)).deleted


asyncio.run(main())
print(json.dumps(dict.fromkeys(("create", "find"), "create_from_yaml")))
