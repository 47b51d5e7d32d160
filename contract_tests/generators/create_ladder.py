"""Finds the fields that a create needs on this target: the contract's own, or the fewest more that it accepts.

If the target refuses a name with the fields that the contract requires, that is a violation. The rest of the run adds
the fields that were accepted, so that the other requirements are still tested.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from contract_tests.http import messages
from contract_tests.http.messages import Json, Request, dump
from contract_tests.http.openapi import first_fields
from contract_tests.http.operations import CREATE, create, parse

# From the fewest fields to the most; the target file's [create] table is the last rung.
LADDER: tuple[Mapping[str, Json], ...] = (
    {},
    {"model": "any"},
    {"instructions": "Answer in French."},
    {"model": "any", "instructions": "Answer in French."},
)


def rungs(name: str, declared: Mapping[str, Json]) -> list[tuple[Mapping[str, Json], Request]]:
    """The creates to try, each with the fields that it has beside the name."""
    rungs = ({**fields, **first_fields(declared)} for fields in (*LADDER, *([declared] if declared else [])))
    return [(fields, create({"name": name, **fields})) for fields in rungs]


def climb(request: Request, fields: Mapping[str, Json]) -> Request:
    """The request with these fields added, if it is a create whose body is an object without them."""
    if not fields or parse(request.method, request.path).operation != CREATE:
        return request
    body = messages.parse(request.body)
    if not isinstance(body, dict) or fields.keys() <= body.keys():
        return request
    return replace(request, body=dump({**body, **{name: value for name, value in fields.items() if name not in body}}))
