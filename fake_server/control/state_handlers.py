"""Handlers for the fake as a whole: seed, reset, snapshots, clock and limiter."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fake_server.control.organizations import existing_organization
from fake_server.control.state import Control, ControlCall, Handler, Snapshot
from fake_server.domain.errors import InvalidParameter, NotThere
from fake_server.storage.seed import parse_seed, render_seed

# The last second of the year 9999.
END_OF_TIME = 253402300799
MOST_SNAPSHOTS = 100
# About 100 bytes of memory for each row that did not change since, so about 200 MB.
MOST_SNAPSHOT_ROWS = 2_000_000
SNAPSHOT_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}", re.ASCII)


async def get_seed(call: ControlCall) -> Any:
    fake = call.control.fake
    return render_seed(fake.store.copy_rows(), fake.edition)


async def put_seed(call: ControlCall) -> Any:
    """Raises SeedError."""
    fake = call.control.fake
    seed = parse_seed(call.body, int(fake.store.now()), fake.organization_defaults, fake.edition)
    fake.seed = fake.store.number_rows(*seed)
    call.control.reset()
    return render_seed(fake.seed, fake.edition)


async def reset(call: ControlCall) -> Any:
    if "organization" in call.body:
        call.control.reset_organization(call.body["organization"])
    else:
        call.control.reset()
    return {}


async def list_snapshots(call: ControlCall) -> Any:
    return {"data": [_render_snapshot(name, each) for name, each in call.control.snapshots.items()]}


async def take_snapshot(call: ControlCall) -> Any:
    """Raises NotThere, and InvalidParameter for a bad name or too many snapshots."""
    organization, store = call.body.get("organization"), call.control.fake.store
    if not SNAPSHOT_NAME.fullmatch(call.name):
        message = "The name of a snapshot has 1 to 64 letters, digits, dots, hyphens and underscores, and no dot first."
        raise InvalidParameter(message, "name")
    if organization is not None:
        existing_organization(call.control, organization)
    _check_room(call, sum(table.size_of(organization) for table in store.tables.values()))
    snapshot = Snapshot(organization, store.copy_rows(organization), call.control.clock.now())
    call.control.snapshots[call.name] = snapshot
    return _render_snapshot(call.name, snapshot)


def _check_room(call: ControlCall, new_rows: int) -> None:
    """A snapshot with the same name is replaced, so it does not count. Raises InvalidParameter."""
    others = [each for name, each in call.control.snapshots.items() if name != call.name]
    rows = new_rows + sum(len(table) for each in others for table in each.tables.values())
    if len(others) >= MOST_SNAPSHOTS or rows > MOST_SNAPSHOT_ROWS:
        most = f"{MOST_SNAPSHOTS} snapshots with {MOST_SNAPSHOT_ROWS:,} rows together"
        raise InvalidParameter(f"The fake keeps at most {most}. Delete a snapshot first: DELETE /_fake/snapshots/NAME.")


async def restore_snapshot(call: ControlCall) -> Any:
    snapshot = _existing_snapshot(call)
    call.control.fake.store.restore(snapshot.tables, snapshot.organization)
    return {}


async def delete_snapshot(call: ControlCall) -> Any:
    _existing_snapshot(call)
    del call.control.snapshots[call.name]
    return {}


def _existing_snapshot(call: ControlCall) -> Snapshot:
    if call.name not in call.control.snapshots:
        raise NotThere(f"No snapshot has the name '{call.name:.100}'. GET /_fake/snapshots lists the snapshots.")
    return call.control.snapshots[call.name]


def _render_snapshot(name: str, snapshot: Snapshot) -> Mapping[str, Any]:
    return {
        "name": name,
        "organization": snapshot.organization,
        "assistants": len(snapshot.tables["projects"]),
        "taken_at": snapshot.taken_at,
    }


async def get_clock(call: ControlCall) -> Any:
    return _render_clock(call.control)


async def set_clock(call: ControlCall) -> Any:
    """Raises InvalidParameter."""
    clock, body = call.control.clock, call.body
    now = _parse_time(body["now"]) if "now" in body else clock.now()
    now += body.get("advance", 0)
    if not 0 <= now <= END_OF_TIME:
        raise InvalidParameter("The clock goes from the year 1970 to 9999.", "advance" if "advance" in body else "now")
    if "frozen" in body:
        clock.freeze(body["frozen"])
    clock.set(now)
    return _render_clock(call.control)


def _parse_time(given: float | str) -> float:
    if not isinstance(given, str):
        return given
    try:
        at = datetime.fromisoformat(given)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        message = f"'now' must be Unix seconds or ISO 8601, such as 2026-01-31T12:00:00Z, not '{given:.40}'."
        raise InvalidParameter(message, "now") from None


def _render_clock(control: Control) -> Mapping[str, Any]:
    now = control.clock.now()
    # The clock may have run beyond the last second that can be written.
    iso = datetime.fromtimestamp(min(now, END_OF_TIME), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "now": now,
        "iso": iso,
        "frozen": control.clock.frozen_at is not None,
        "offset": round(now - datetime.now().timestamp(), 3),
    }


async def get_limiter(call: ControlCall) -> Any:
    limiter = call.control.fake.limiter
    return {
        "limit": limiter.limit,
        "seconds": limiter.seconds,
        "organizations": limiter.organization_limits,
        "keys": [
            {"organization": key.organization, "label": key.label, **limiter.state(key.secret)._asdict()}
            for key in call.control.fake.store.all_keys()
        ],
    }


async def set_limiter(call: ControlCall) -> Any:
    limiter, organization = call.control.fake.limiter, call.body.get("organization")
    if organization is None:
        limiter.limit = call.body["limit"]
    else:
        existing_organization(call.control, organization)
        limiter.organization_limits[organization] = call.body["limit"]
    return await get_limiter(call)


HANDLERS: Mapping[str, Handler] = {
    "getSeed": get_seed,
    "putSeed": put_seed,
    "reset": reset,
    "listSnapshots": list_snapshots,
    "takeSnapshot": take_snapshot,
    "restoreSnapshot": restore_snapshot,
    "deleteSnapshot": delete_snapshot,
    "getClock": get_clock,
    "setClock": set_clock,
    "getLimiter": get_limiter,
    "setLimiter": set_limiter,
}
