"""A legal reading of the second implementation, said as a dialect of the fake."""

from fake_server.dialect import Dialect, differing
from self_tests.readings import Reading

ALIKE = {
    "constants.description": "description",
    "constants.metadata": "metadata",
    "constants.tool_resources": "tool_resources",
    "constants.top_p": "top_p",
    "constants.response_format": "response_format",
    "organization.model": "model",
    "organization.temperature": "temperature",
    "answers.create_status": "post_status",
    "answers.modify_status": "post_status",
    "answers.extra_fields": "extra_fields",
    "answers.extra_headers": "extra_headers",
    "answers.sorted_keys": "keys_sorted",
    "ids.shape": "id_style",
    "ids.bare_accepted": "bare_id_accepted",
    "bodies.absurd_values": "absurd",
    "bodies.unknown_fields": "unknown_fields",
    "bodies.reasoning_effort": "reasoning_effort_accepted",
    "bodies.name_max": "max_name",
    "bodies.instructions_max": "max_instructions",
    "bodies.unstorable": "nul",
    "bodies.null_instructions": "null_in_modify",
    "lists.paging": "paging",
    "lists.unknown_query": "unknown_query",
    "errors.code": "codes",
    "errors.types": "error_types",
    "errors.foreign_status": "foreign_status",
    "errors.wrong_method": "wrong_method",
    "limiter.per": "counted_per",
    "limiter.window": "window",
}
# What the second implementation does whatever its reading, and otherwise than the fake by default.
ALWAYS: Dialect = {
    "bodies.absurd_contents": "ignore",
    "bodies.metadata": "any",
    "bodies.description_max": None,
    "bodies.empty_modify": "accept",
    "lists.unknown_cursor": 404,
    "limiter.headers": False,
}


def dialect_of(reading: Reading) -> Dialect:
    mixed = reading.cleared == "mix"
    settings = {
        **ALWAYS,
        **{setting: getattr(reading, field) for setting, field in ALIKE.items()},
        "answers.cleared_by_create": None if mixed else reading.cleared,
        "answers.cleared_by_modify": "" if mixed else reading.cleared,
        "bodies.name_min": 1 if reading.empty_name_refused else 0,
        "bodies.null_name": "keep" if reading.null_in_modify == "keep" else "refuse",
        "lists.first_and_last_id": reading.paging == "openai",
        "errors.param": "absent" if reading.codes == "absent" else "null",
        "limiter.before_auth": reading.counted_per == "ip",
        "browser.allow_headers": reading.allow_headers.split(",") if reading.allow_headers else None,
    }
    return differing(settings)
