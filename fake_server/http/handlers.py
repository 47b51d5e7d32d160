"""One handler for each operation of openapi.yaml, from a judged call to an answer; knows no HTTP library."""

from collections.abc import Mapping
from typing import Any

from fake_server.domain.assistants import PREFIX, Project, assistant_id
from fake_server.domain.errors import BoundAssistant, UnknownAssistant
from fake_server.fake import Answer, Call, Handler


async def list_assistants(call: Call) -> Answer:
    """A page of the organization's assistants, whichever of its keys asks. Raises UnknownCursor."""
    projects, more = call.fake.page(call.fake.store.projects(call.key.organization), call.query)
    organization = call.fake.store.organization(call.key.organization)
    data = [call.fake.show(project, organization, call.fake.contract.constants) for project in projects]
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
    changes = call.fake.made(call.body)
    project = call.fake.store.add(call.key.organization, changes["title"], changes.get("prompt"))
    return Answer(shown(call, project))


async def get_assistant(call: Call) -> Answer:
    """Raises UnknownAssistant."""
    project = call.fake.store.get(call.key.organization, call.fake.project_id(call.assistant))
    return Answer(shown(call, existing(call, project)))


async def modify_assistant(call: Call) -> Answer:
    """By POST and by PATCH alike. Raises UnknownAssistant."""
    project = call.fake.store.change(
        call.key.organization, call.fake.project_id(call.assistant), call.fake.changed(call.body)
    )
    return Answer(shown(call, existing(call, project)))


async def delete_assistant(call: Call) -> Answer:
    """Raises UnknownAssistant, and BoundAssistant for the key's own (delete/self-refused)."""
    project = existing(call, call.fake.store.get(call.key.organization, call.fake.project_id(call.assistant)))
    if project.id == call.key.project:
        raise BoundAssistant("Cannot delete the assistant this API key is bound to. Rotate the key first, then retry.")
    call.fake.store.remove(call.key.organization, project.id)
    return Answer({"id": assistant_id(project.id), "object": "assistant.deleted", "deleted": True})


def shown(call: Call, project: Project) -> dict[str, Any]:
    organization = call.fake.store.organization(project.organization)
    return call.fake.show(project, organization, call.fake.contract.constants)


def existing(call: Call, project: Project | None) -> Project:
    """Another organization's assistant is as unknown as one that never was (org/others-look-unknown)."""
    if project is None:
        is_id = call.fake.project_id(call.assistant) is not None
        advice = "List them for those that there are." if is_id else f"Ids begin with {PREFIX}."
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
