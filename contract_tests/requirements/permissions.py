"""What only the user may allow, and why a requirement is not tested without."""

from __future__ import annotations

ASK_SELF, PROBE = "ask_self_delete", "probe_rate_limit"
REASONS = {
    ASK_SELF: "tested only with --ask-self-delete: a server without this guard deletes the key's own assistant",
    PROBE: "tested only with --probe-rate-limit, which uses up the key's budget",
}
