"""Handlers for organizations and their keys."""

from collections.abc import Mapping
from itertools import count
from typing import Any

from fake_server.control.state import Control, ControlCall, Handler
from fake_server.domain.assistants import Key, Organization, Project
from fake_server.domain.errors import InvalidParameter, NotThere
from fake_server.storage.seed import check_names, parse_organization


async def list_organizations(call: ControlCall) -> Any:
    return {"data": [_render_organization(call.control, each) for each in call.control.fake.store.all_organizations()]}


async def create_organization(call: ControlCall) -> Any:
    """Raises SeedError."""
    fake, store = call.control.fake, call.control.fake.store
    organization = call.body.get("id") or f"org-{store.new_id('')[:12]}"
    seed = parse_organization(call.body, organization, int(store.now()), fake.organization_defaults, fake.edition)
    check_names(seed, store.has)
    store.commit(store.number_rows(*seed))
    call.control.created[organization] = store.copy_rows(organization)
    return _render_organization(call.control, store.organization(organization))


async def get_organization(call: ControlCall) -> Any:
    return _render_organization(call.control, existing_organization(call.control, call.name))


async def modify_organization(call: ControlCall) -> Any:
    existing_organization(call.control, call.name)
    call.control.fake.store.alter("organizations", call.name, call.body)
    return _render_organization(call.control, call.control.fake.store.organization(call.name))


async def delete_organization(call: ControlCall) -> Any:
    existing_organization(call.control, call.name)
    store = call.control.fake.store
    store.restore({name: {} for name in store.tables}, call.name)
    call.control.created.pop(call.name, None)
    return {}


def existing_organization(control: Control, organization: str) -> Organization:
    try:
        return control.fake.store.organization(organization)
    except KeyError:
        message = f"No organization has the id '{organization:.100}'. GET /_fake/organizations lists the organizations."
        raise NotThere(message) from None


def _render_organization(control: Control, organization: Organization) -> Mapping[str, Any]:
    keys = {key.label: key for key in control.fake.store.keys_of(organization.id)}
    bound = {label: control.fake.edition.assistant_id(key.project) for label, key in keys.items()}
    return {
        **vars(organization),
        "assistants": len(control.fake.store.projects(organization.id)),
        "keys": {label: key.secret for label, key in keys.items()},
        "bound_id": bound.get("primary"),
        "expendable_id": bound.get("sibling"),
    }


async def list_keys(call: ControlCall) -> Any:
    return {"data": [_render_key(call.control, key) for key in call.control.fake.store.all_keys()]}


async def create_key(call: ControlCall) -> Any:
    """Raises NotThere, and InvalidParameter."""
    store, organization = call.control.fake.store, call.body["organization"]
    existing_organization(call.control, organization)
    labels = {key.label for key in store.keys_of(organization)}
    label = call.body.get("label") or next(f"key-{n}" for n in count(1) if f"key-{n}" not in labels)
    if label in labels:
        raise InvalidParameter(f"The organization already has a key with the label '{label}'.", "label")
    project = _choose_project(call, organization, label)
    key = Key(f"sk-fake-{store.new_id(organization)}", label, organization, project)
    store.commit(store.number_rows([], [key], []))
    return _render_key(call.control, key)


async def modify_key(call: ControlCall) -> Any:
    key = _existing_key(call)
    changes = dict(call.body)
    if changes.pop("assistant", None):
        changes["project"] = _choose_project(call, key.organization, key.label)
    call.control.fake.store.alter("keys", key.secret, changes)
    return _render_key(call.control, _existing_key(call))


async def rotate_key(call: ControlCall) -> Any:
    key, store = _existing_key(call), call.control.fake.store
    secret = f"sk-fake-{store.new_id(key.organization)}"
    project = _choose_project(call, key.organization, key.label)
    store.alter("keys", key.secret, {"secret": secret, "project": project, "active": True})
    return _render_key(call.control, Key(secret, key.label, key.organization, project))


async def delete_key(call: ControlCall) -> Any:
    call.control.fake.store.drop("keys", _existing_key(call).secret)
    return {}


def _existing_key(call: ControlCall) -> Key:
    key = call.control.fake.store.key(call.name)
    if key is None:
        raise NotThere("No such key. GET /_fake/keys lists the keys.")
    return key


def _choose_project(call: ControlCall, organization: str, label: str) -> str:
    """The project to bind a key to: the requested one, or a new one. Raises InvalidParameter."""
    store, edition = call.control.fake.store, call.control.fake.edition
    if "assistant" not in call.body:
        return store.add(organization, f"{store.organization(organization).name} {label}", None).id
    project: Project | None = store.get(organization, edition.project_id(call.body["assistant"]))
    if project is None:
        message = f"The organization {organization} has no assistant '{call.body['assistant']:.100}'."
        raise InvalidParameter(message, "assistant")
    return project.id


def _render_key(control: Control, key: Key) -> Mapping[str, Any]:
    return {
        "secret": key.secret,
        "label": key.label,
        "organization": key.organization,
        "assistant": control.fake.edition.assistant_id(key.project),
        "active": key.active,
    }


HANDLERS: Mapping[str, Handler] = {
    "listOrganizations": list_organizations,
    "createOrganization": create_organization,
    "getOrganization": get_organization,
    "modifyOrganization": modify_organization,
    "deleteOrganization": delete_organization,
    "listKeys": list_keys,
    "createKey": create_key,
    "modifyKey": modify_key,
    "rotateKey": rotate_key,
    "deleteKey": delete_key,
}
