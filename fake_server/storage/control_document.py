"""control.yaml, with the ids and the assistants of a seed as an edition of the contract has them."""

from functools import cache
from pathlib import Path
from typing import Any

from fake_server.contract.yaml_file import load_yaml
from fake_server.edition import Edition

FILE = Path(__file__).parents[1] / "control" / "control.yaml"


@cache
def load_control_document(edition: Edition) -> dict[str, Any]:
    """Nobody may change it."""
    document = load_yaml(FILE)
    schemas = document["components"]["schemas"]
    schemas["AssistantId"]["pattern"] = f"^{edition.prefix}[\\s\\S]"
    _set_fields(schemas["SeedAssistant"], edition)
    return document


def _set_fields(assistant: dict[str, Any], edition: Edition) -> None:
    """A seed may leave out a kept field, even one that a create must have."""
    create = edition.document["components"]["schemas"]["CreateAssistant"]
    kept = () if edition.kept is None else edition.kept.names
    assistant["properties"] |= {name: create["properties"][name] for name in ("name", "instructions", *kept)}
    assistant["required"] = [name for name in create["required"] if name not in kept]
    assistant["additionalProperties"] = False
