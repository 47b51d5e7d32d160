"""Dialects: the choices of a server where the contract leaves one, learned from its answers, and the differences of two
servers.

May import `http`, `requirements` and `oracle`. Must not send a call, nor know `generators`.
"""

# The import of each module registers its rules.
from contract_tests.dialect import answers, bodies, errors, lists, urls

__all__ = ["answers", "bodies", "errors", "lists", "urls"]
