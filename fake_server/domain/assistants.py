"""The domain: projects, how they become assistants, and the fields that a body changes. Knows neither store nor HTTP.

The store's records are copies. They are not frozen: each call creates three, and a frozen dataclass takes three times
as long to create.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fake_server.domain.errors import UnknownCursor

PREFIX = "asst-"


@dataclass
class Organization:
    """The owner of projects. Each of its assistants has its `model` and `temperature`.

    `instructions` are a default too, but no assistant shows them.
    """

    id: str
    name: str
    model: str
    temperature: float | None
    instructions: str | None = None


@dataclass
class Key:
    """An API key. While it is active it opens one organization, and it is bound to one project (by its id)."""

    secret: str
    label: str
    organization: str
    project: str
    active: bool = True


@dataclass
class Project:
    """The stored part of an assistant.

    `prompt` is None after it was cleared. `created_at` is in whole Unix seconds. In an edition with kept fields,
    `title` may be None, and `fields` has the other fields that were set (see kept_fields.KeptFields).
    """

    id: str
    organization: str
    title: str | None
    prompt: str | None
    created_at: int
    fields: dict[str, Any] | None = None


def assistant_id(project: str, prefix: str = PREFIX) -> str:
    """create/id-is-asst-hyphen"""
    return prefix + project


def project_id(assistant: str, prefix: str = PREFIX) -> str | None:
    """The id of the project, or None if the id does not start with the prefix (see ids.bare_accepted)."""
    return assistant.removeprefix(prefix) if assistant.startswith(prefix) else None


def render_assistant(project: Project, organization: Organization, constants: Mapping[str, Any]) -> dict[str, Any]:
    """The assistant as JSON, with every field of the schema (see the Mapping of the API page)."""
    return {
        "id": assistant_id(project.id),
        "object": "assistant",
        "created_at": project.created_at,
        "name": project.title,
        "instructions": project.prompt,
        "model": organization.model,
        "temperature": organization.temperature,
        "tools": [{"type": "file_search"}],
        **constants,
    }


def effective_instructions(project: Project, organization: Organization) -> str | None:
    """The organization's default instructions, followed by the instructions of the project (see the Mapping)."""
    return "\n\n".join(text for text in (organization.instructions, project.prompt) if text) or None


def fields_from_body(body: Mapping[str, Any]) -> dict[str, Any]:
    """The title and the prompt from a body, if they were sent. All other fields are ignored.

    Instructions of null and "" both clear the prompt (modify/empty-instructions-clear).
    """
    changes: dict[str, Any] = {}
    if "name" in body:
        changes["title"] = body["name"]
    if "instructions" in body:
        changes["prompt"] = body["instructions"] or None
    return changes


def page(projects: Sequence[Project], query: Mapping[str, Any], prefix: str = PREFIX) -> tuple[list[Project], bool]:
    """One page of `projects` (oldest first), and true if more assistants follow in the direction of the walk.

    `query` has limit and order, and optionally after and before. With `before` alone the page is the one next to the
    cursor, and "more" are ahead of it, as in OpenAI's API. Raises UnknownCursor for a cursor that is not in `projects`.
    """
    # Indexes are sliced instead of projects, so that only the projects of the page are loaded.
    places = range(len(projects))[:: 1 if query["order"] == "asc" else -1]
    start = places.index(_position(projects, query, "after", prefix)) + 1 if "after" in query else 0
    end = places.index(_position(projects, query, "before", prefix)) if "before" in query else len(places)
    window, limit = places[start:end], query["limit"]
    backwards = "before" in query and "after" not in query
    return [projects[each] for each in (window[-limit:] if backwards else window[:limit])], len(window) > limit


def _position(projects: Sequence[Project], query: Mapping[str, Any], param: str, prefix: str) -> int:
    """The index of the assistant that this query parameter names. Raises UnknownCursor."""
    try:
        return projects.index(_ById(project_id(query[param], prefix)))
    except ValueError:
        message = f"No assistant found with id '{query[param]:.100}'. '{param}' must be an id from the list."
        raise UnknownCursor(message, param) from None


@dataclass(frozen=True, eq=False)
class _ById:
    """Equal to the project with this id, so that `index` of a sequence finds it. The store's own `index` is fast."""

    id: str | None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Project) and other.id == self.id
