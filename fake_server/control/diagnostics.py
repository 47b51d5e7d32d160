"""Handlers about faults and the request log."""

from collections.abc import Mapping
from typing import Any

from fake_server.control.organizations import existing_organization
from fake_server.control.request_log import shown
from fake_server.control.state import Asked, Handler
from fake_server.domain.errors import NotThere


async def list_faults(asked: Asked) -> Any:
    return {"data": [fault.shown() for fault in asked.control.faults.all.values()]}


async def create_fault(asked: Asked) -> Any:
    """Raises NotThere, and InvalidParameter."""
    if "organization" in asked.body:
        existing_organization(asked.control, asked.body["organization"])
    if "key" in asked.body and asked.control.fake.store.key(asked.body["key"]) is None:
        raise NotThere("No key reads like this. GET /_fake/keys lists them.")
    return asked.control.faults.add(asked.body).shown()


async def delete_faults(asked: Asked) -> Any:
    asked.control.faults.clear()
    return {}


async def delete_fault(asked: Asked) -> Any:
    if asked.control.faults.all.pop(asked.name, None) is None:
        raise NotThere(f"No fault has the id '{asked.name:.100}'. GET /_fake/faults lists them.")
    return {}


async def list_requests(asked: Asked) -> Any:
    keys = asked.control.fake.store.all_keys()
    found = asked.control.requests.of(asked.query.get("organization"))
    return {"data": [shown(each, keys) for each in found[: asked.query["limit"]]]}


async def delete_requests(asked: Asked) -> Any:
    asked.control.requests.clear()
    return {}


HANDLERS: Mapping[str, Handler] = {
    "listFaults": list_faults,
    "createFault": create_fault,
    "deleteFaults": delete_faults,
    "deleteFault": delete_fault,
    "listRequests": list_requests,
    "deleteRequests": delete_requests,
}
