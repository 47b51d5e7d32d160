"""The free choices of the second implementation as dialects of the fake."""

from typing import Any

from fake_server.dialect.settings import Dialect, parse_dialect
from self_tests.doubles.readings import Reading

# The second implementation accepts a body of any size.
UNBOUNDED = 2**30


def dialect_for(reading: Reading) -> Dialect:
    """The dialect with which the fake makes the same free choices as this reading, except for wording and codes."""
    groups = (constants, organization, answers, ids, bodies, lists, errors, limiter, browser)
    return parse_dialect({group.__name__: group(reading) for group in groups})


def constants(r: Reading) -> dict[str, Any]:
    return {
        "description": r.description,
        "metadata": r.metadata,
        "tool_resources": r.tool_resources,
        "top_p": r.top_p,
        "response_format": r.response_format,
    }


def organization(r: Reading) -> dict[str, Any]:
    return {"model": r.model, "temperature": r.temperature}


def answers(r: Reading) -> dict[str, Any]:
    return {
        "create_status": r.post_status,
        "modify_status": r.post_status,
        "cleared_by_create": None if r.cleared == "mix" else r.cleared,
        "cleared_by_modify": "" if r.cleared == "mix" else r.cleared,
        "extra_fields": r.extra_fields,
        "extra_headers": r.extra_headers,
        "sorted_keys": r.keys_sorted,
    }


def ids(r: Reading) -> dict[str, Any]:
    return {"shape": r.id_style, "bare_accepted": r.bare_id_accepted}


def bodies(r: Reading) -> dict[str, Any]:
    return {
        "absurd_values": r.absurd,
        "absurd_contents": "ignore",
        "unknown_fields": r.unknown_fields,
        "reasoning_effort": r.reasoning_effort_accepted,
        "name_min": 1 if r.empty_name_refused else 0,
        "name_max": r.max_name,
        "instructions_max": r.max_instructions,
        "description_max": None,
        "metadata": "any",
        "unstorable": r.nul,
        # No server can clear a name.
        "null_name": "keep" if r.null_in_modify == "keep" else "refuse",
        "null_instructions": r.null_in_modify,
        "empty_modify": "accept",
        "largest": UNBOUNDED,
    }


def lists(r: Reading) -> dict[str, Any]:
    return {
        "first_and_last_id": r.paging == "openai",
        "paging": r.paging,
        "unknown_cursor": 404,
        "unknown_query": r.unknown_query,
    }


def errors(r: Reading) -> dict[str, Any]:
    return {
        "types": r.error_types,
        "code": r.codes,
        "param": "absent" if r.codes == "absent" else "null",
        "foreign_status": r.foreign_status,
        "wrong_method": r.wrong_method,
    }


def limiter(r: Reading) -> dict[str, Any]:
    return {"per": r.counted_per, "before_auth": r.counted_per == "ip", "window": r.window, "headers": False}


def browser(r: Reading) -> dict[str, Any]:
    return {"allow_headers": r.allow_headers.split(",") if r.allow_headers else None}
