"""Handlers about the assistants of any organization: those of /v1, with what the wire does not show."""

from collections.abc import Mapping, Sequence
from typing import Any

from fake_server.control.organizations import existing_organization
from fake_server.control.state import Asked, Control, Handler
from fake_server.domain.assistants import Key, Project, assistant_id, effective_instructions, page, project_id
from fake_server.domain.errors import NotThere
from fake_server.fake import Call


async def list_any(asked: Asked) -> Any:
    """Raises NotThere, and InvalidParameter for a cursor."""
    projects = listed(asked.control, asked.query.get("organization"))
    found, more = page(projects, asked.query)
    return {"data": [shown(asked.control, each) for each in found], "has_more": more, "total": len(projects)}


def listed(control: Control, organization: str | None) -> Sequence[Project]:
    if organization is None:
        return control.fake.store.all_projects()
    existing_organization(control, organization)
    return control.fake.store.projects(organization)


async def create_any(asked: Asked) -> Any:
    """Raises NotThere, and what a create under /v1 raises."""
    body = dict(asked.body)
    organization = existing_organization(asked.control, body.pop("organization"))
    return await done(asked, "createAssistant", organization.id, body)


async def get_any(asked: Asked) -> Any:
    return shown(asked.control, existing(asked))


async def modify_any(asked: Asked) -> Any:
    return await done(asked, "modifyAssistant", existing(asked).organization, asked.body)


async def delete_any(asked: Asked) -> Any:
    project = existing(asked)
    asked.control.fake.store.remove(project.organization, project.id)
    return {"id": assistant_id(project.id), "object": "assistant.deleted", "deleted": True}


async def done(asked: Asked, operation: str, organization: str, body: Mapping[str, Any]) -> Any:
    """By the check and the handler of /v1."""
    fake = asked.control.fake
    checked = fake.check_body(next(each for each in fake.contract.operations if each.id == operation), body)
    call = Call(fake, Key("", "", organization, ""), asked.name, checked, {})
    answer = await fake.handlers[operation](call)
    return shown(asked.control, fake.store.find(project_id(answer.body["id"])))


def existing(asked: Asked) -> Project:
    project = asked.control.fake.store.find(project_id(asked.name))
    if project is None:
        raise NotThere(f"No assistant of any organization has the id '{asked.name:.100}'.")
    return project


def shown(control: Control, project: Project | None) -> Mapping[str, Any]:
    assert project is not None
    store = control.fake.store
    organization = store.organization(project.organization)
    return {
        "assistant": control.fake.show(project, organization, control.fake.contract.constants),
        "organization": project.organization,
        "effective_instructions": effective_instructions(project, organization),
        "keys": [key.label for key in store.keys_of(organization.id) if key.project == project.id],
    }


HANDLERS: Mapping[str, Handler] = {
    "listAnyAssistants": list_any,
    "createAnyAssistant": create_any,
    "getAnyAssistant": get_any,
    "modifyAnyAssistant": modify_any,
    "deleteAnyAssistant": delete_any,
}
