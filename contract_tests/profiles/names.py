"""The names of the profiles, and of what a user may allow besides. A command line that is wrong needs no more."""

from __future__ import annotations

from contract_tests.requirements.permissions import ASK_SELF, PROBE

__all__ = ["ASK_SELF", "COMPARE", "JUDGING", "LEARN", "PROBE", "PRODUCTION", "READ_ONLY"]
JUDGING = PRODUCTION, READ_ONLY = "production", "read-only"
LEARN, COMPARE = "learn", "compare"  # commands of their own
