"""An edition of the contract: its document, and what the fake reads from it beside the operations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from fake_server.contract.editions import PAGE, load_document
from fake_server.contract.openapi import kept_fields
from fake_server.domain import assistants
from fake_server.domain.assistants import PREFIX
from fake_server.domain.ids import random_id, random_letters
from fake_server.domain.kept_fields import KeptFields

Document = dict[str, Any]
# A service of this requirement refuses to delete the assistant that the key is bound to.
GUARD = "delete/self-refused"


@dataclass(frozen=True, eq=False)
class Edition:
    """- `prefix`: the beginning of each id; `new_id` gives the rest of a new one, for an organization.
    - `kept`: the kept fields, or None if an assistant keeps only its name and its instructions.
    - `guards_bound`: no key may delete the assistant that it is bound to.
    - `settings`: the values of a dialect's settings that differ from their defaults in this edition.
    - `meaningless`: the settings that a dialect cannot have in this edition, each with the reason.
    """

    name: str
    document: Document
    prefix: str
    new_id: Callable[[str], str]
    kept: KeptFields | None
    guards_bound: bool
    settings: Mapping[str, Any]
    meaningless: Mapping[str, str]

    def assistant_id(self, project: str) -> str:
        return assistants.assistant_id(project, self.prefix)

    def project_id(self, assistant: str) -> str | None:
        return assistants.project_id(assistant, self.prefix)

    def fields_from_create(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The stored fields of a new project, from the body of a create or an assistant of a seed."""
        return assistants.fields_from_body(body) if self.kept is None else self.kept.fields_from_create(body)


@cache
def load_edition(name: str = PAGE) -> Edition:
    """Raises EditionError."""
    document = load_document(name)
    choices = document["info"].get("x-fake", {})
    made = choices.get("id", {})
    prefix = made.get("prefix", PREFIX)
    return Edition(
        name=name,
        document=document,
        prefix=prefix,
        new_id=random_letters(made["letters"]) if "letters" in made else random_id,
        kept=_parse_kept_fields(document, prefix, choices.get("added", {})),
        guards_bound=any(each["id"] == GUARD for each in document["x-requirements"]),
        settings=choices.get("settings", {}),
        meaningless=choices.get("meaningless", {}),
    )


def _parse_kept_fields(document: Document, prefix: str, added: Mapping[str, Any]) -> KeptFields | None:
    kept = kept_fields(document)
    if not kept:
        return None
    schemas = document["components"]["schemas"]
    bodies = schemas["CreateAssistant"]["properties"]
    defaults = {name: schema["x-default"] for name, schema in bodies.items() if "x-default" in schema}
    defaults |= {name: each["default"] for name, each in kept.items() if "default" in each}
    return KeptFields(prefix, tuple(kept), defaults, tuple(schemas["Assistant"]["properties"]), added)
