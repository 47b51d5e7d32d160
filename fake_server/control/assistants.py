"""Handlers for the assistants of every organization: the operations of /v1, with more details."""

from collections.abc import Mapping, Sequence
from typing import Any

from fake_server.control.organizations import existing_organization
from fake_server.control.state import Control, ControlCall, Handler
from fake_server.domain.assistants import Key, Project, effective_instructions, page
from fake_server.domain.errors import NotThere
from fake_server.fake import Call


async def list_any(call: ControlCall) -> Any:
    """Raises NotThere, and InvalidParameter for an unknown cursor."""
    projects = _projects(call.control, call.query.get("organization"))
    found, more = page(projects, call.query, call.control.fake.edition.prefix)
    return {"data": [_render(call.control, each) for each in found], "has_more": more, "total": len(projects)}


def _projects(control: Control, organization: str | None) -> Sequence[Project]:
    if organization is None:
        return control.fake.store.all_projects()
    existing_organization(control, organization)
    return control.fake.store.projects(organization)


async def create_any(call: ControlCall) -> Any:
    """Raises NotThere, and the errors of a create under /v1."""
    body = dict(call.body)
    organization = existing_organization(call.control, body.pop("organization"))
    return await _call_api(call, "createAssistant", organization.id, body)


async def get_any(call: ControlCall) -> Any:
    return _render(call.control, _existing(call))


async def modify_any(call: ControlCall) -> Any:
    return await _call_api(call, "modifyAssistant", _existing(call).organization, call.body)


async def delete_any(call: ControlCall) -> Any:
    project = _existing(call)
    call.control.fake.store.remove(project.organization, project.id)
    return {"id": call.control.fake.edition.assistant_id(project.id), "object": "assistant.deleted", "deleted": True}


async def _call_api(call: ControlCall, operation: str, organization: str, body: Mapping[str, Any]) -> Any:
    """Run the body check and the handler of an operation under /v1."""
    fake = call.control.fake
    checked = fake.check_body(next(each for each in fake.contract.operations if each.id == operation), body)
    api_call = Call(fake, Key("", "", organization, ""), call.name, checked, {})
    answer = await fake.handlers[operation](api_call)
    return _render(call.control, fake.store.find(fake.edition.project_id(answer.body["id"])))


def _existing(call: ControlCall) -> Project:
    fake = call.control.fake
    project = fake.store.find(fake.edition.project_id(call.name))
    if project is None:
        raise NotThere(f"No assistant of any organization has the id '{call.name:.100}'.")
    return project


def _render(control: Control, project: Project | None) -> Mapping[str, Any]:
    assert project is not None
    store = control.fake.store
    organization = store.organization(project.organization)
    return {
        "assistant": control.fake.render(project, organization, control.fake.constants),
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
