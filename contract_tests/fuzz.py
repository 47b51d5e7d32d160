"""Schemathesis before the oracle."""

from __future__ import annotations

from collections.abc import Callable

from contract_tests.play import Play


def play(play: Play, seed: int, deep: bool, progress: Callable[[str, int, int], None]) -> None:
    pass
