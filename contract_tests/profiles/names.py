"""The names of the profiles and of the permissions. The check of a command line needs no other module of profiles."""

from __future__ import annotations

from contract_tests.requirements.permissions import ASK_SELF, PROBE

__all__ = ["ASK_SELF", "COMPARE", "JUDGING", "LEARN", "PROBE", "PRODUCTION", "READ_ONLY"]
JUDGING = PRODUCTION, READ_ONLY = "production", "read-only"
LEARN, COMPARE = "learn", "compare"  # commands of their own
