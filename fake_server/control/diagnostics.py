"""Handlers for fault injection and the request log."""

from collections.abc import Mapping
from typing import Any

from fake_server.control.organizations import existing_organization
from fake_server.control.request_log import render_request
from fake_server.control.state import ControlCall, Handler
from fake_server.domain.errors import NotThere


async def list_faults(call: ControlCall) -> Any:
    return {"data": [fault.render() for fault in call.control.faults.all.values()]}


async def create_fault(call: ControlCall) -> Any:
    """Raises NotThere, and InvalidParameter."""
    if "organization" in call.body:
        existing_organization(call.control, call.body["organization"])
    if "key" in call.body and call.control.fake.store.key(call.body["key"]) is None:
        raise NotThere("No such key. GET /_fake/keys lists the keys.")
    return call.control.faults.add(call.body).render()


async def delete_faults(call: ControlCall) -> Any:
    call.control.faults.clear()
    return {}


async def delete_fault(call: ControlCall) -> Any:
    if call.control.faults.all.pop(call.name, None) is None:
        raise NotThere(f"No fault has the id '{call.name:.100}'. GET /_fake/faults lists the faults.")
    return {}


async def list_requests(call: ControlCall) -> Any:
    mask = call.control.key_mask()
    found = call.control.requests.of(call.query.get("organization"))
    return {"data": [render_request(each, mask) for each in found[: call.query["limit"]]]}


async def delete_requests(call: ControlCall) -> Any:
    call.control.requests.clear()
    return {}


HANDLERS: Mapping[str, Handler] = {
    "listFaults": list_faults,
    "createFault": create_fault,
    "deleteFaults": delete_faults,
    "deleteFault": delete_fault,
    "listRequests": list_requests,
    "deleteRequests": delete_requests,
}
