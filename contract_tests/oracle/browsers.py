"""Judges the answers to the calls of a browser that has a page of another origin open."""

from __future__ import annotations

from contract_tests.http.messages import Exchange
from contract_tests.http.operations import LIST
from contract_tests.requirements.findings import Findings


def judge_preflight(findings: Findings, exchange: Exchange) -> None:
    """Judges an OPTIONS with an Origin. A `*` for the headers stands for all but authorization, as Fetch has it."""
    asked = dict(exchange.request.headers)
    headers = exchange.response.headers
    origin = headers.get("access-control-allow-origin", "(none)")
    allowed = {name.strip().lower() for name in headers.get("access-control-allow-headers", "").split(",")}
    wanted = {name.strip() for name in asked["access-control-request-headers"].split(",")}
    missing = wanted - allowed - (wanted - {"authorization"} if "*" in allowed else set())
    methods = {name.strip() for name in headers.get("access-control-allow-methods", "").split(",")}
    method = asked["access-control-request-method"]
    right = exchange.response.accepted and origin in ("*", asked["origin"]) and not missing
    right = right and (method in methods | {"GET", "POST", "HEAD"} or "*" in methods)
    findings.judge(
        "browser/preflight",
        right,
        LIST,
        f"2xx that allows {asked['origin']}, {method} and {', '.join(sorted(wanted))}",
        f"{exchange.response.status}, origin {origin}, not allowed: {', '.join(sorted(missing)) or method}",
        exchange,
    )


def judge_origin(findings: Findings, exchange: Exchange) -> None:
    """Judges an answer to a call of a page: the browser hides it from the page unless it names the page, or anyone."""
    page = dict(exchange.request.headers)["origin"]
    allowed = exchange.response.headers.get("access-control-allow-origin", "(none)")
    findings.judge(
        "browser/preflight",
        allowed in ("*", page),
        LIST,
        f"an answer with access-control-allow-origin: {page} or *",
        f"{exchange.response.status}, access-control-allow-origin: {allowed}",
        exchange,
    )
