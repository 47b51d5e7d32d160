"""Tests of the contract through the real openai SDK, sync and async, for any server."""

from sdk_tests.run import Outcome, judge

__all__ = ["Outcome", "judge"]
