"""Legal servers: the fake with other free choices of the contract, alone or mixed. No legal server may be accused."""

from self_tests.legal import answers, connections, ids, keys, lists, sizes
from self_tests.legal.choices import CHOICES, Alternative, Choice

__all__ = ["CHOICES", "Alternative", "Choice", "answers", "connections", "ids", "keys", "lists", "sizes"]
