"""The free choices of the contract, and legal ways to make them. None of them violates a must."""

from dataclasses import dataclass, field
from typing import Any, Literal

Ignoring = Literal["ignore", "refuse"]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One legal set of free choices. The defaults also conform to every should."""

    description: str | None = "A project."
    metadata: dict[str, str] | None = field(default_factory=lambda: {"kind": "project"})
    tool_resources: dict[str, Any] | None = field(default_factory=lambda: {"file_search": {"vector_store_ids": []}})
    top_p: float | None = 0.9
    response_format: str | dict[str, Any] | None = field(default_factory=lambda: {"type": "text"})
    model: str = "house-model"
    temperature: float | None = 0.35
    cleared: Literal["", "mix"] | None = ""  # mix: null after a create, "" after a modify
    post_status: Literal[200, 201] = 200
    extra_fields: dict[str, Any] = field(default_factory=lambda: {"project": {"archived": False}})
    extra_headers: dict[str, str] = field(default_factory=lambda: {"x-served-by": "second"})
    keys_sorted: bool = True
    messages: str = "Sorry: {}."
    codes: Literal["text", "null", "absent", "numeric"] = "text"
    error_types: Literal["named", "openai"] = "named"
    id_style: Literal["uuid", "short", "number"] = "short"
    bare_id_accepted: bool = False
    absurd: Ignoring = "ignore"
    unknown_fields: Ignoring = "refuse"
    reasoning_effort_accepted: bool = True
    unknown_query: Ignoring = "refuse"
    max_name: int = 300
    max_instructions: int = 20_000
    empty_name_refused: bool = False
    nul: Literal["keep", "refuse"] = "keep"  # a lone surrogate is handled in the same way
    null_in_modify: Literal["keep", "clear", "refuse"] = "refuse"  # clear: only instructions; a null name is refused
    paging: Literal["openai", "no-before", "one-page"] = "openai"  # only "openai" has first_id and last_id
    foreign_status: Literal[404, 403] = 404
    wrong_method: Literal[404, 405] = 404
    allow_headers: str = ""  # the headers that a preflight allows; "" allows every header that it asks for
    rate_limit: int | None = None
    counted_per: Literal["key", "ip"] = "key"
    window: Literal["sliding", "fixed"] = "sliding"  # fixed: the minutes of the clock


READINGS: dict[str, Reading] = {
    "default": Reading(),
    "strict": Reading(absurd="refuse", max_name=100, max_instructions=10_000, empty_name_refused=True, nul="refuse"),
    "lenient": Reading(bare_id_accepted=True, unknown_fields="ignore", unknown_query="ignore", max_name=2**20,
                       max_instructions=2**22, null_in_modify="keep", messages="¡Ay! {} 🙏", keys_sorted=False),
    "ragen": Reading(model="ragen", temperature=1, cleared="mix", post_status=201, codes="numeric", absurd="refuse",
                     bare_id_accepted=True, reasoning_effort_accepted=False, max_name=200, max_instructions=100_000,
                     empty_name_refused=True, paging="no-before", allow_headers="content-type,authorization",
                     rate_limit=20, counted_per="ip", extra_fields={}, messages="{}", id_style="uuid"),
    "one_page": Reading(paging="one-page"),
    "per_ip": Reading(rate_limit=20, counted_per="ip"),
    "fixed_window": Reading(rate_limit=20, window="fixed"),
    "uuid_ids": Reading(id_style="uuid", cleared=None),
    "number_ids": Reading(id_style="number", bare_id_accepted=True),
    "numeric_codes": Reading(codes="numeric"),
    "null_codes": Reading(codes="null", null_in_modify="keep"),
    "absent_codes": Reading(codes="absent"),
    "created_201": Reading(post_status=201),
    "empty_text_for_cleared": Reading(cleared="", null_in_modify="clear"),
    "null_constants": Reading(metadata=None, tool_resources=None, top_p=None, response_format=None, temperature=None),
    "openai_types": Reading(error_types="openai", wrong_method=405),
    "foreign_403": Reading(foreign_status=403),
}  # fmt: skip
