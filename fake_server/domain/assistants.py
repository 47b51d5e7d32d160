"""The domain: what a project is, how it reads as an assistant, what a body changes; knows neither store nor HTTP.

The store's records are copies. They are not frozen: each call makes three, and a frozen one takes three times as long.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fake_server.domain.errors import UnknownCursor

PREFIX = "asst-"


@dataclass
class Organization:
    """Who owns projects; `model` and `temperature` are the defaults that each of its assistants shows.

    `instructions` are its default too, which no assistant shows.
    """

    id: str
    name: str
    model: str
    temperature: float | None
    instructions: str | None = None


@dataclass
class Key:
    """What an API key opens while it is active: an organization, and the project (its id) that it is bound to."""

    secret: str
    label: str
    organization: str
    project: str
    active: bool = True


@dataclass
class Project:
    """What is stored of an assistant; `prompt` is None once cleared, `created_at` in whole Unix seconds."""

    id: str
    organization: str
    title: str
    prompt: str | None
    created_at: int


def assistant_id(project: str) -> str:
    """create/id-is-asst-hyphen"""
    return PREFIX + project


def project_id(assistant: str) -> str | None:
    """The project's id, or None when this is no assistant's id; a bare project id is none (ids.bare_accepted)."""
    return assistant.removeprefix(PREFIX) if assistant.startswith(PREFIX) else None


def show(project: Project, organization: Organization, constants: Mapping[str, Any]) -> dict[str, Any]:
    """The assistant as the wire shows it, each field of the schema present (the page's Mapping)."""
    return {
        "id": assistant_id(project.id),
        "object": "assistant",
        "created_at": project.created_at,
        "name": project.title,
        "instructions": project.prompt,
        "model": organization.model,
        "temperature": organization.temperature,
        **constants,
    }


def effective_instructions(project: Project, organization: Organization) -> str | None:
    """The organization's default and the project's own merged on top of it (the page's Mapping)."""
    return "\n\n".join(text for text in (organization.instructions, project.prompt) if text) or None


def kept(body: Mapping[str, Any]) -> dict[str, Any]:
    """What a body changes of a project: its title and prompt, if they were sent; all other fields are ignored.

    Instructions of null and "" clear alike (modify/empty-instructions-clear).
    """
    changes: dict[str, Any] = {}
    if "name" in body:
        changes["title"] = body["name"]
    if "instructions" in body:
        changes["prompt"] = body["instructions"] or None
    return changes


def page(projects: Sequence[Project], query: Mapping[str, Any]) -> tuple[list[Project], bool]:
    """One page of `projects` (oldest first), and whether more follows in the direction walked.

    `query` holds limit and order, and after and before if sent. With before alone the page is the one nearest to the
    cursor and "more" is ahead of it, as OpenAI does. Raises UnknownCursor for one that names none of them.
    """
    # Places are walked, not projects: only those of the page are read.
    places = range(len(projects))[:: 1 if query["order"] == "asc" else -1]
    start = places.index(place(projects, query, "after")) + 1 if "after" in query else 0
    end = places.index(place(projects, query, "before")) if "before" in query else len(places)
    window, limit = places[start:end], query["limit"]
    backwards = "before" in query and "after" not in query
    return [projects[each] for each in (window[-limit:] if backwards else window[:limit])], len(window) > limit


def place(projects: Sequence[Project], query: Mapping[str, Any], param: str) -> int:
    """Where the assistant stands that the query parameter names; raises UnknownCursor."""
    try:
        return projects.index(Named(project_id(query[param])))
    except ValueError:
        message = f"No assistant found with id '{query[param]:.100}'. Give in '{param}' the id of one that is listed."
        raise UnknownCursor(message, param) from None


@dataclass(frozen=True, eq=False)
class Named:
    """Equal to the project of this id, so that a sequence's own `index` finds it: the store's does so at once."""

    id: str | None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Project) and other.id == self.id
