"""What a server chooses where the contract leaves a choice: read off its answers, and written as the fake reads it."""

from contract_tests.dialect import bodies, lists, refusals, shown

__all__ = ["bodies", "lists", "refusals", "shown"]
