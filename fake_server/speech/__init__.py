"""What a dialect changes of a fake that is put together: a part is replaced, or wrapped, once and never per call.

A module for each group of settings, and in each a table of what its settings do; what they change of the contract
itself stands in amendments.py.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from fake_server.dialect import Dialect
from fake_server.speech import answers, bodies, limits, lists, refusals
from fake_server.speech.parts import Change

if TYPE_CHECKING:
    from fake_server.fake import Fake

# In the order in which they are made.
CHANGES: Mapping[str, Change] = {
    **answers.CHANGES,
    **bodies.CHANGES,
    **lists.CHANGES,
    **refusals.CHANGES,
    **limits.CHANGES,
}


def speak(fake: "Fake", dialect: Dialect) -> None:
    """As the dialect says, for as long as the fake is there; without one nothing is touched."""
    for name, change in CHANGES.items():
        if name in dialect:
            change(fake, dialect[name])
