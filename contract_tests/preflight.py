"""Judges the answer to what a browser asks before it lets a page call."""

from __future__ import annotations

from contract_tests.findings import Findings
from contract_tests.reading import LIST
from contract_tests.wire import Exchange


def judge(findings: Findings, exchange: Exchange) -> None:
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
