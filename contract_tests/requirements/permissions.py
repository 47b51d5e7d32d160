"""The permissions that only the user can give, and the reason why a requirement is not tested without one."""

from __future__ import annotations

ASK_SELF, PROBE = "ask_self_delete", "probe_rate_limit"
REASONS = {
    ASK_SELF: "tested only with --ask-self-delete: a server without this guard deletes the key's own assistant",
    PROBE: "tested only with --probe-rate-limit, which uses up the key's budget",
}
EVERY_PERMISSION = frozenset({ASK_SELF, PROBE})  # a full run needs no permission of the user
