"""Assertions on the request log: how many calls of each operation came."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from fake_server.contract.editions import load_document
from fake_server.contract.openapi import METHODS
from fake_server.control.request_log import MOST_REQUESTS


def check_counts(requests: Sequence[Mapping[str, Any]], expected: Mapping[str, int]) -> None:
    """`requests` are from the request log, newest first. `expected` has the calls of an operation by its short name:
    list, create, get, modify, patch, delete. Operations without a number are free.

    Raises AssertionError with the calls that came, and ValueError for a name that is no operation.
    """
    names = _operations()
    if not expected or expected.keys() - names.keys():
        given = ", ".join(expected.keys() - names.keys()) or "nothing"
        raise ValueError(f"Give the number of calls for {', '.join(names)}; not for {given}.")
    if len(requests) >= MOST_REQUESTS:
        raise AssertionError(
            f"The log keeps {MOST_REQUESTS} calls and is full, so calls may be missing. Reset earlier."
        )
    actual = Counter(each["operation"] for each in requests)
    if any(actual[names[name]] != number for name, number in expected.items()):
        raise AssertionError(_describe_difference(requests, expected))


def _operations() -> dict[str, str]:
    """The operation ids of the contract by their short names."""
    items = load_document()["paths"].values()
    ids = [item[method]["operationId"] for item in items for method in METHODS if method in item]
    return {_short_name(id): id for id in ids}


def _short_name(operation: str) -> str:
    return operation.removesuffix("s").removesuffix("Assistant")


def _describe_difference(requests: Sequence[Mapping[str, Any]], expected: Mapping[str, int]) -> str:
    counted = Counter(_short_name(each["operation"] or "no operation") for each in requests)
    lines = [f"{each['method']} {each['path']} {each['status'] or 'no answer'}" for each in reversed(requests)]
    return "\n  ".join([f"Expected: {_render_counts(expected)}. Actual: {_render_counts(counted)}.", *lines])


def _render_counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in counts.items()) or "no call"
