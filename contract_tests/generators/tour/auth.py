"""Who may not come in."""

from contract_tests.generators.session import REFUSALS, Play, step
from contract_tests.http import operations


def _refused(play: Play, role: str) -> None:
    """Each operation without a good key; then the same calls with it, which is their control."""
    play.send(operations.list_(role))
    play.send(operations.create({"name": play.mark(f"refused {role}")}, role))
    id = play.fresh()
    for request in operations.every_operation(id, play.mark(f"refused {role}"), role)[2:]:
        play.send(request)
    play.read(id)
    play.walk()
    for request in operations.every_operation(id, play.mark("control")):
        play.send(request)


@step("auth/missing-key-refused", "auth/refused-changes-nothing", *REFUSALS)
def no_key(play: Play) -> None:
    """Without an Authorization header nothing opens, and nothing happens."""
    _refused(play, "nobody")


@step("auth/unknown-key-refused", "auth/refused-changes-nothing")
def an_unknown_key(play: Play) -> None:
    """A key that nobody was given opens nothing, and nothing happens."""
    _refused(play, "stranger")


@step("auth/other-scheme-refused", "auth/refused-changes-nothing")
def another_scheme(play: Play) -> None:
    """A good key sent as Basic opens nothing, and nothing happens."""
    _refused(play, "basic")


@step("auth/other-scheme-refused", "auth/refused-changes-nothing", wide=True)
def no_scheme(play: Play) -> None:
    """A good key without a scheme opens nothing, and nothing happens."""
    _refused(play, "bare")
