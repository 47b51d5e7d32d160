"""Handlers about the fake as a whole: seed, reset, snapshots, clock, limiter."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fake_server.control.organizations import existing_organization
from fake_server.control.state import Asked, Control, Handler, Snapshot
from fake_server.domain.errors import InvalidParameter, NotThere
from fake_server.storage.seed import read_seed, written

# The last second of the year 9999.
END_OF_TIME = 253402300799


async def get_seed(asked: Asked) -> Any:
    return written(asked.control.fake.seed)


async def put_seed(asked: Asked) -> Any:
    """Raises SeedMistake."""
    fake = asked.control.fake
    fake.seed = fake.store.numbered(*read_seed(asked.body, int(fake.store.now()), fake.house))
    asked.control.reset()
    return written(fake.seed)


async def reset(asked: Asked) -> Any:
    if "organization" in asked.body:
        asked.control.reset_organization(asked.body["organization"])
    else:
        asked.control.reset()
    return {}


async def list_snapshots(asked: Asked) -> Any:
    return {"data": [shown_snapshot(name, each) for name, each in asked.control.snapshots.items()]}


async def take_snapshot(asked: Asked) -> Any:
    organization, store = asked.body.get("organization"), asked.control.fake.store
    if organization is not None:
        existing_organization(asked.control, organization)
    snapshot = Snapshot(organization, store.held(organization), asked.control.clock.now())
    asked.control.snapshots[asked.name] = snapshot
    return shown_snapshot(asked.name, snapshot)


async def restore_snapshot(asked: Asked) -> Any:
    snapshot = existing_snapshot(asked)
    asked.control.fake.store.restore(snapshot.tables, snapshot.organization)
    return {}


async def delete_snapshot(asked: Asked) -> Any:
    existing_snapshot(asked)
    del asked.control.snapshots[asked.name]
    return {}


def existing_snapshot(asked: Asked) -> Snapshot:
    if asked.name not in asked.control.snapshots:
        raise NotThere(f"No snapshot is called '{asked.name:.100}'. GET /_fake/snapshots lists them.")
    return asked.control.snapshots[asked.name]


def shown_snapshot(name: str, snapshot: Snapshot) -> Mapping[str, Any]:
    return {
        "name": name,
        "organization": snapshot.organization,
        "assistants": len(snapshot.tables["projects"]),
        "taken_at": snapshot.taken_at,
    }


async def get_clock(asked: Asked) -> Any:
    return shown_clock(asked.control)


async def set_clock(asked: Asked) -> Any:
    """Raises InvalidParameter."""
    clock, body = asked.control.clock, asked.body
    now = seconds(body["now"]) if "now" in body else clock.now()
    now += body.get("advance", 0)
    if now > END_OF_TIME:
        raise InvalidParameter("The clock cannot go beyond the year 9999.", "advance" if "advance" in body else "now")
    if "frozen" in body:
        clock.freeze(body["frozen"])
    clock.set(now)
    return shown_clock(asked.control)


def seconds(given: float | str) -> float:
    if not isinstance(given, str):
        return given
    try:
        at = datetime.fromisoformat(given)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        message = f"'now' takes Unix seconds or ISO 8601, such as 2026-01-31T12:00:00Z, not '{given:.40}'."
        raise InvalidParameter(message, "now") from None


def shown_clock(control: Control) -> Mapping[str, Any]:
    now = control.clock.now()
    iso = datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "now": now,
        "iso": iso,
        "frozen": control.clock.frozen_at is not None,
        "offset": round(now - datetime.now().timestamp(), 3),
    }


async def get_limiter(asked: Asked) -> Any:
    limiter = asked.control.fake.limiter
    return {
        "limit": limiter.limit,
        "seconds": limiter.seconds,
        "organizations": limiter.own,
        "keys": [
            {"organization": key.organization, "label": key.label, **limiter.state(key.secret)._asdict()}
            for key in asked.control.fake.store.all_keys()
        ],
    }


async def set_limiter(asked: Asked) -> Any:
    limiter, organization = asked.control.fake.limiter, asked.body.get("organization")
    if organization is None:
        limiter.limit = asked.body["limit"]
    else:
        existing_organization(asked.control, organization)
        limiter.own[organization] = asked.body["limit"]
    return await get_limiter(asked)


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
