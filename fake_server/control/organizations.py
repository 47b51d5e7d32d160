"""Handlers about organizations and their keys."""

from collections.abc import Mapping
from itertools import count
from typing import Any

from fake_server.control.state import Asked, Control, Handler
from fake_server.domain.assistants import Key, Organization, Project, assistant_id, project_id
from fake_server.domain.errors import InvalidParameter, NotThere
from fake_server.storage.seed import check_names, read_organization


async def list_organizations(asked: Asked) -> Any:
    return {"data": [shown(asked.control, each) for each in asked.control.fake.store.all_organizations()]}


async def create_organization(asked: Asked) -> Any:
    """Raises SeedMistake."""
    store = asked.control.fake.store
    organization = asked.body.get("id") or f"org-{store.new_id('')[:12]}"
    seed = read_organization(asked.body, organization, int(store.now()), asked.control.fake.house)
    check_names(seed, store.has)
    store.commit(store.numbered(*seed))
    asked.control.made[organization] = store.held(organization)
    return shown(asked.control, store.organization(organization))


async def get_organization(asked: Asked) -> Any:
    return shown(asked.control, existing_organization(asked.control, asked.name))


async def modify_organization(asked: Asked) -> Any:
    existing_organization(asked.control, asked.name)
    asked.control.fake.store.alter("organizations", asked.name, asked.body)
    return shown(asked.control, asked.control.fake.store.organization(asked.name))


async def delete_organization(asked: Asked) -> Any:
    existing_organization(asked.control, asked.name)
    store = asked.control.fake.store
    store.restore({name: {} for name in store.tables}, asked.name)
    asked.control.made.pop(asked.name, None)
    return {}


def existing_organization(control: Control, organization: str) -> Organization:
    try:
        return control.fake.store.organization(organization)
    except KeyError:
        message = f"No organization has the id '{organization:.100}'. GET /_fake/organizations lists them."
        raise NotThere(message) from None


def shown(control: Control, organization: Organization) -> Mapping[str, Any]:
    keys = {key.label: key for key in control.fake.store.keys_of(organization.id)}
    bound = {label: assistant_id(key.project) for label, key in keys.items()}
    return {
        **vars(organization),
        "assistants": len(control.fake.store.projects(organization.id)),
        "keys": {label: key.secret for label, key in keys.items()},
        "bound_id": bound.get("primary"),
        "expendable_id": bound.get("sibling"),
    }


async def list_keys(asked: Asked) -> Any:
    return {"data": [shown_key(key) for key in asked.control.fake.store.all_keys()]}


async def create_key(asked: Asked) -> Any:
    """Raises NotThere, and InvalidParameter."""
    store, organization = asked.control.fake.store, asked.body["organization"]
    existing_organization(asked.control, organization)
    labels = {key.label for key in store.keys_of(organization)}
    label = asked.body.get("label") or next(f"key-{n}" for n in count(1) if f"key-{n}" not in labels)
    if label in labels:
        raise InvalidParameter(f"The organization has a key labelled '{label}' already.", "label")
    project = bound(asked, organization, label)
    key = Key(f"sk-fake-{store.new_id(organization)}", label, organization, project)
    store.commit(store.numbered([], [key], []))
    return shown_key(key)


async def modify_key(asked: Asked) -> Any:
    key = existing_key(asked)
    changes = dict(asked.body)
    if changes.pop("assistant", None):
        changes["project"] = bound(asked, key.organization, key.label)
    asked.control.fake.store.alter("keys", key.secret, changes)
    return shown_key(existing_key(asked))


async def rotate_key(asked: Asked) -> Any:
    key, store = existing_key(asked), asked.control.fake.store
    secret = f"sk-fake-{store.new_id(key.organization)}"
    project = bound(asked, key.organization, key.label)
    store.alter("keys", key.secret, {"secret": secret, "project": project, "active": True})
    return shown_key(Key(secret, key.label, key.organization, project))


async def delete_key(asked: Asked) -> Any:
    asked.control.fake.store.drop("keys", existing_key(asked).secret)
    return {}


def existing_key(asked: Asked) -> Key:
    key = asked.control.fake.store.key(asked.name)
    if key is None:
        raise NotThere("No key reads like this. GET /_fake/keys lists them.")
    return key


def bound(asked: Asked, organization: str, label: str) -> str:
    """The project that a key shall be bound to: the one that is asked for, or a new one. Raises InvalidParameter."""
    store = asked.control.fake.store
    if "assistant" not in asked.body:
        return store.add(organization, f"{store.organization(organization).name} {label}", None).id
    project: Project | None = store.get(organization, project_id(asked.body["assistant"]))
    if project is None:
        message = f"The organization {organization} has no assistant '{asked.body['assistant']:.100}' to bind a key to."
        raise InvalidParameter(message, "assistant")
    return project.id


def shown_key(key: Key) -> Mapping[str, Any]:
    return {
        "secret": key.secret,
        "label": key.label,
        "organization": key.organization,
        "assistant": assistant_id(key.project),
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
