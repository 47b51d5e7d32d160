"""The fields that an assistant keeps in an edition with kept fields: a body sets them, and an answer shows them.

A project has the name as its title and the instructions as its prompt. All other kept fields are in its `fields`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fake_server.domain.assistants import Organization, Project, assistant_id

COLUMNS = {"name": "title", "instructions": "prompt"}


@dataclass(frozen=True)
class KeptFields:
    """- `prefix`: the beginning of each id.
    - `names`: the kept fields but for name and instructions.
    - `defaults`: the values of fields that nobody has set. A field without a default has the organization's value.
    - `shown`: every field of an answer, in its order.
    - `added`: by field and by the type of an item, the members that an item gets if they were not sent.
    """

    prefix: str
    names: Sequence[str]
    defaults: Mapping[str, Any]
    shown: Sequence[str]
    added: Mapping[str, Mapping[str, Any]]

    def fields_from_create(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """null in a create is the same as no value."""
        fields = {name: self._complete(name, body[name]) for name in self.names if body.get(name) is not None}
        return {"title": body.get("name"), "prompt": body.get("instructions"), "fields": fields}

    def fields_from_modify(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """null in a modify restores the default."""
        changes: dict[str, Any] = {column: body[name] for name, column in COLUMNS.items() if name in body}
        fields = {name: self._complete(name, body[name]) for name in self.names if name in body}
        return changes | {"fields": fields} if fields else changes

    def render(self, project: Project, organization: Organization, constants: Mapping[str, Any]) -> dict[str, Any]:
        """The assistant as JSON. `constants` are additional fields of every assistant."""
        sent = {"name": project.title, "instructions": project.prompt, **(project.fields or {})}
        own = {"id": assistant_id(project.id, self.prefix), "object": "assistant", "created_at": project.created_at}
        values = {**vars(organization), **self.defaults, **_without_null(sent), **own}
        shown = {name: values.get(name) for name in self.shown} | dict(constants)
        # A caller may change the answer, and the values belong to the store.
        return {name: _copy(value) for name, value in shown.items()}

    def _complete(self, name: str, value: Any) -> Any:
        added = self.added.get(name)
        if added is None or not isinstance(value, list):
            return value
        return [_add_members(item, added.get(item["type"], {})) for item in value]


def _add_members(sent: Any, added: Any) -> Any:
    """Members that were sent stay as they are, and in front."""
    if not isinstance(sent, dict) or not isinstance(added, dict):
        return sent
    return {name: _add_members(value, added.get(name)) for name, value in sent.items()} | {
        name: value for name, value in added.items() if name not in sent
    }


def _copy(value: Any) -> Any:
    """As deepcopy, which takes twice the time, for the values of JSON alone."""
    if isinstance(value, dict):
        return {name: _copy(each) for name, each in value.items()}
    return [_copy(each) for each in value] if isinstance(value, list) else value


def _without_null(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
