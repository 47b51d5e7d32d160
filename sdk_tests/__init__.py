"""The contract as the real openai SDK sees it, sync and async, for any server."""

from sdk_tests.run import Outcome, judge

__all__ = ["Outcome", "judge"]
