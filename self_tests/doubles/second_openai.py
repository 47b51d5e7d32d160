"""A second implementation of the edition `openai`. It shows that the suite accepts every legal reading of that edition.

It is written from OpenAI's reference and the recordings alone, and knows nothing of the fake.
"""

import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import uuid4

from self_tests.doubles import second_server
from self_tests.doubles.readings import Reading
from self_tests.doubles.second_http import Refusal, Request, need
from self_tests.doubles.second_server import Assistant, Document, Outcome, Served, Service

__all__ = ["READINGS", "OpenAIReading", "serve"]

RECORDED: Document = {
    "name": None, "description": None, "instructions": None, "tools": [], "top_p": 1.0, "temperature": 1.0,
    "reasoning_effort": None, "tool_resources": {}, "metadata": {}, "response_format": "auto"}  # fmt: skip
TEXTS = {"name": 256, "description": 512, "instructions": 256_000}
RANGES = {"temperature": 2, "top_p": 1}
RANKING = {"ranking_options": {"ranker": "default_2024_08_21", "score_threshold": 0.0, "hybrid_search": None}}


@dataclass(frozen=True, kw_only=True)
class OpenAIReading(Reading):
    """One legal set of free choices. The defaults also conform to every should."""

    unknown_fields: Literal["ignore", "refuse"] = "ignore"
    max_name: int = 256
    max_instructions: int = 256_000
    extra_fields: dict[str, Any] = field(default_factory=dict)
    error_types: Literal["named", "openai"] = "openai"
    patch: bool = True
    prefix: Literal["asst_", "asst-"] = "asst_"
    models: tuple[str, ...] = ()  # empty: every model
    unknown_model: Literal[400, 404] = 400
    resources: Literal["keep", "refuse"] = "keep"
    effort: Literal["keep", "refuse"] = "keep"
    additions: bool = False
    null: Literal["default", "null", "keep"] = "default"  # keep: only a modify; a create shows the default


@dataclass(eq=False)
class KeptAssistant(Assistant):
    fields: Document = field(default_factory=dict)


class OpenAIService(Service):
    """The five operations, and PATCH if it is offered."""

    reading: OpenAIReading

    def operate(self, request: Request) -> second_server.Answer:
        by_id = re.fullmatch("/v1/assistants/[^/]+", request.path)
        if by_id and request.method == "PATCH" and not self.reading.patch:
            raise Refusal(self.reading.wrong_method, "the method does not fit the URL", {"allow": "GET, POST, DELETE"})
        return super().operate(request)

    def create(self, own: Assistant, request: Request, _: str) -> Outcome:
        body = self.body(request)
        need(body.get("model") is not None, "a model is needed")
        one = self.add(own.organization, "", None)
        self.fields_of(one).update({**RECORDED, **self.sent(body, "default"), "model": body["model"]})
        return self.reading.post_status, self.show(one)

    def modify(self, own: Assistant, request: Request, id: str) -> Outcome:
        one, body = self.find(own, id), self.body(request) if request.body else {}
        self.fields_of(one).update(self.sent(body, "keep"))
        return 200, self.show(one)

    def sent(self, body: Document, null: str) -> Document:
        """The fields of a body that are kept. The reading says the effect of null."""
        effect = self.reading.null if self.reading.null != "keep" else null
        known = {name: value for name, value in body.items() if name in (*RECORDED, "model")}
        if effect == "keep":
            return {name: value for name, value in known.items() if value is not None}
        unset = RECORDED if effect == "default" else dict.fromkeys(RECORDED)
        values = {name: unset.get(name) if value is None else value for name, value in known.items()}
        return {name: value for name, value in values.items() if name != "model" or value is not None}

    def delete(self, own: Assistant, _: Request, id: str) -> Outcome:
        one = self.find(own, id)
        del self.assistants[one.id]
        return 200, {"id": one.id, "object": "assistant.deleted", "deleted": True}

    def add(self, organization: str, name: str, instructions: str | None) -> Assistant:
        self.ids_given += 1
        styles = {"uuid": str(uuid4()), "short": uuid4().hex[:24], "number": str(self.ids_given)}
        id = f"{self.reading.prefix}{styles[self.reading.id_style]}"
        fields = {**RECORDED, "name": name, "instructions": instructions, "model": "gpt-4o"}
        self.assistants[id] = KeptAssistant(id, organization, int(time.time()), name, instructions, fields)
        return self.assistants[id]

    def fields_of(self, one: Assistant) -> Document:
        assert isinstance(one, KeptAssistant)
        return one.fields

    def show(self, one: Assistant) -> Document:
        fields = self.fields_of(one)
        if self.reading.additions:
            fields = fields | {"tools": [_with_additions(tool) for tool in fields["tools"]]}
        identity = {"id": one.id, "object": "assistant", "created_at": one.created_at}
        return {**identity, **fields, **self.reading.extra_fields}

    def check(self, body: Document) -> None:
        for name, longest in TEXTS.items():
            text = body.get(name)
            need(text is None or (isinstance(text, str) and len(text) <= longest), f"{name} is no text of that length")
            need(self.reading.nul == "keep" or "\0" not in (text or ""), f"{name} cannot be stored")
        for name, highest in RANGES.items():
            value = body.get(name)
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            need(value is None or (is_number and 0 <= value <= highest), f"{name} is out of its range")
        known = self.reading.unknown_fields == "ignore" or body.keys() <= {"model", *RECORDED}
        need(known, "unknown field")
        self.check_model(body.get("model"))
        self.check_metadata(body.get("metadata"))
        self.check_tools(body)
        self.check_format(body)

    def check_model(self, model: object) -> None:
        need(model is None or (isinstance(model, str) and model), "model is no text")
        if model is not None and self.reading.models and model not in self.reading.models:
            raise Refusal(self.reading.unknown_model, "no such model")

    def check_metadata(self, metadata: object) -> None:
        need(metadata is None or (isinstance(metadata, dict) and len(metadata) <= 16), "metadata has too many pairs")
        pairs = metadata.items() if isinstance(metadata, dict) else ()
        for key, value in pairs:
            need(len(key) <= 64 and isinstance(value, str) and len(value) <= 512, "metadata has a wrong pair")

    def check_tools(self, body: Document) -> None:
        tools = body.get("tools", [])
        need(isinstance(tools, list) and len(tools) <= 128 and all(map(_is_tool, tools)), "tools has a wrong tool")
        resources = {} if body.get("tool_resources") is None else body["tool_resources"]
        need(isinstance(resources, dict) and all(isinstance(one, dict) for one in resources.values()), "no resources")
        ids = [id for one in resources.values() for each in one.values() for id in each]
        need(self.reading.resources == "keep" or not ids, "no such file")

    def check_format(self, body: Document) -> None:
        reply = body.get("response_format")
        named = reply.get("type") if isinstance(reply, dict) else None
        types = ("text", "json_object", "json_schema")
        need(reply is None or reply == "auto" or named in types, "response_format is unknown")
        effort = body.get("reasoning_effort")
        efforts = (None, "none", "minimal", "low", "medium", "high", "xhigh")
        need(isinstance(effort, str | None) and effort in efforts, "reasoning_effort is unknown")
        need(self.reading.effort == "keep" or effort is None, "this model does not reason")


def _is_tool(tool: object) -> bool:
    if not isinstance(tool, dict) or tool.get("type") not in ("code_interpreter", "file_search", "function"):
        return False
    function = tool.get("function")
    name = function.get("name") if isinstance(function, dict) else None
    return tool["type"] != "function" or (isinstance(name, str) and bool(re.fullmatch("[a-zA-Z0-9_-]{1,64}", name)))


def _with_additions(tool: Document) -> Document:
    """A tool as OpenAI's service showed it."""
    if tool["type"] == "function":
        return {**tool, "function": {**tool["function"], "strict": tool["function"].get("strict", False)}}
    return {**tool, "file_search": RANKING | tool.get("file_search", {})} if tool["type"] == "file_search" else tool


def serve(reading: OpenAIReading, now: Callable[[], float] = time.time) -> AbstractContextManager[Served]:
    return second_server.serve(reading, now, OpenAIService)


READINGS: dict[str, OpenAIReading] = {
    "default": OpenAIReading(),
    "recorded": OpenAIReading(additions=True, patch=False, wrong_method=405, codes="null", keys_sorted=False),
    "no_patch": OpenAIReading(patch=False, wrong_method=404),
    "own_models": OpenAIReading(models=("gpt-4o",), resources="refuse", effort="refuse", unknown_fields="refuse"),
    "no_such_model": OpenAIReading(models=("gpt-4o",), unknown_model=404, null="null"),
    "hyphens": OpenAIReading(prefix="asst-", id_style="uuid", null="keep", bare_id_accepted=False),
    "created_201": OpenAIReading(post_status=201),
    "named_types": OpenAIReading(error_types="named", messages="{}", extra_fields={"project": None}),
    "one_page": OpenAIReading(paging="one-page"),
}
