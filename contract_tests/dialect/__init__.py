"""Dialects: what a server chooses where the contract leaves a choice, seen in its answers, and how two servers differ.

May import `http`, `requirements` and `oracle`. Must not send a call, nor know `generators`.
"""

# Each registers its rules as it is imported.
from contract_tests.dialect import answers, bodies, errors, lists

__all__ = ["answers", "bodies", "errors", "lists"]
