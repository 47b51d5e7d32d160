"""One handler for each operation of openapi.yaml: from a checked call to an answer. Knows no HTTP library."""

from collections.abc import Mapping
from typing import Any

from fake_server.domain.assistants import Project
from fake_server.domain.errors import BoundAssistant, UnknownAssistant
from fake_server.fake import Answer, Call, Handler


async def list_assistants(call: Call) -> Answer:
    """One page of the assistants of the organization, for each of its keys. Raises UnknownCursor."""
    projects, more = call.fake.page(call.fake.store.projects(call.key.organization), call.query)
    organization = call.fake.store.organization(call.key.organization)
    data = [call.fake.render(project, organization, call.fake.constants) for project in projects]
    return Answer(
        {
            "object": "list",
            "data": data,
            "first_id": data[0]["id"] if data else None,
            "last_id": data[-1]["id"] if data else None,
            "has_more": more,
        }
    )


async def create_assistant(call: Call) -> Answer:
    changes = call.fake.fields_from_create(call.body)
    kept = [changes["fields"]] if "fields" in changes else []
    project = call.fake.store.add(call.key.organization, changes["title"], changes.get("prompt"), *kept)
    return Answer(render(call, project))


async def get_assistant(call: Call) -> Answer:
    """Raises UnknownAssistant."""
    project = call.fake.store.get(call.key.organization, call.fake.project_id(call.assistant))
    return Answer(render(call, _check_exists(call, project)))


async def modify_assistant(call: Call) -> Answer:
    """For POST and PATCH. Raises UnknownAssistant."""
    project = call.fake.store.change(
        call.key.organization, call.fake.project_id(call.assistant), call.fake.fields_from_modify(call.body)
    )
    return Answer(render(call, _check_exists(call, project)))


async def delete_assistant(call: Call) -> Answer:
    """Raises UnknownAssistant, and BoundAssistant for the assistant that the key is bound to (delete/self-refused), if
    the edition has this requirement.
    """
    project = _check_exists(call, call.fake.store.get(call.key.organization, call.fake.project_id(call.assistant)))
    if project.id == call.key.project and call.fake.edition.guards_bound:
        raise BoundAssistant("Cannot delete the assistant this API key is bound to. Rotate the key first, then retry.")
    call.fake.store.remove(call.key.organization, project.id)
    return Answer({"id": call.fake.edition.assistant_id(project.id), "object": "assistant.deleted", "deleted": True})


def render(call: Call, project: Project) -> dict[str, Any]:
    organization = call.fake.store.organization(project.organization)
    return call.fake.render(project, organization, call.fake.constants)


def _check_exists(call: Call, project: Project | None) -> Project:
    """Raises UnknownAssistant, also for an assistant of another organization (org/others-look-unknown)."""
    if project is None:
        is_id = call.fake.project_id(call.assistant) is not None
        advice = "GET /assistants lists the ids that exist." if is_id else f"Ids start with {call.fake.edition.prefix}."
        raise UnknownAssistant(f"No assistant found with id '{call.assistant:.100}'. {advice}")
    return project


HANDLERS: Mapping[str, Handler] = {
    "listAssistants": list_assistants,
    "createAssistant": create_assistant,
    "getAssistant": get_assistant,
    "modifyAssistant": modify_assistant,
    "patchAssistant": modify_assistant,
    "deleteAssistant": delete_assistant,
}
