"""The time as the fake has it, which can be set, frozen and advanced; knows the machine's clock."""

import time


class Clock:
    """Runs as the machine's clock does, or stands still at `frozen_at` (Unix seconds)."""

    def __init__(self, frozen_at: float | None = None) -> None:
        self.born = frozen_at
        self.reset()

    def reset(self) -> None:
        """As it was at first."""
        self.offset = 0.0
        self.frozen_at = self.born

    def now(self) -> float:
        """Unix seconds."""
        return time.time() + self.offset if self.frozen_at is None else self.frozen_at

    def set(self, now: float) -> None:
        if self.frozen_at is None:
            self.offset = now - time.time()
        else:
            self.frozen_at = now

    def freeze(self, frozen: bool) -> None:
        now = self.now()
        self.frozen_at = now if frozen else None
        self.set(now)
