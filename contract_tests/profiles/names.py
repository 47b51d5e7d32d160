"""The names of the profiles, and of what a user may allow besides. A command line that is wrong needs no more."""

from __future__ import annotations

JUDGING = PRODUCTION, READ_ONLY = "production", "read-only"
LEARN, COMPARE = "learn", "compare"  # commands of their own
ASK_SELF, PROBE = "ask_self_delete", "probe_rate_limit"
