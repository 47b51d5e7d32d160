"""Special values of ignored fields: named like other fields, the smallest, and the largest."""

from contract_tests.generators.session import Session
from contract_tests.generators.steps import step
from contract_tests.generators.tour.ignored import ACCEPTED, HOLD, NOT_KEPT, send_round
from contract_tests.http.messages import Json
from contract_tests.http.openapi import fields


def _named_like_fields(session: Session) -> dict[str, Json]:
    """A metadata with a key for each field of the schema, and functions with names and descriptions of their own."""
    return {
        "metadata": {name: session.unique_text(f"kept {name}") for name in fields("Assistant")},
        "description": session.unique_text("kept"),
        "tools": [
            {
                "type": "function",
                "function": {"name": f"f{number}", "description": session.unique_text("kept"), "parameters": {}},
            }
            for number in range(128)
        ],
        "temperature": 2,
    }


SMALLEST: dict[str, Json] = {
    "metadata": {"k": ""},
    "description": "",
    "tools": [{"type": "function", "function": {"name": "f"}}],
    "temperature": 0,
    "top_p": 0,
    "model": "m",
    "tool_resources": {"file_search": {}},
    "response_format": {"type": "json_schema", "json_schema": {"name": "f"}},
}
LARGEST: dict[str, Json] = {
    "metadata": {f"{number:02}": "é" * 512 for number in range(16)},
    "description": "é" * 512,
    "tools": [{"type": "code_interpreter"}, {"type": "file_search"}],
    "temperature": 2.0,
    "top_p": 1,
    "model": "m" * 100,
    "tool_resources": {"code_interpreter": {"file_ids": []}, "file_search": {"vector_store_ids": ["vs_1"]}},
    "response_format": {"type": "json_object"},
}


@step(*ACCEPTED, *NOT_KEPT, *HOLD, wide=True)
def special_values(session: Session) -> None:
    """Metadata with the names of fields, 128 functions, and the smallest and largest values have no effect."""
    for fields_ in (_named_like_fields(session), SMALLEST, LARGEST):
        send_round(session, fields_)
    session.walk()
