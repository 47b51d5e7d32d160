"""What a delete removes, and what it must not."""

from contract_tests.generators.session import REFUSALS, Play, step
from contract_tests.http import operations


@step("delete/answers-deleted", "delete/gone", "delete/only-its-target")
def deleted_and_gone(play: Play) -> None:
    """What is deleted is gone for every operation; its neighbours stay."""
    older, id, newer = play.fresh(), play.fresh(), play.fresh()
    play.walk()
    play.send(operations.delete(id))
    play.read(id)
    play.read(older)
    play.read(newer)
    play.walk()
    for verb in (operations.modify, operations.patch):
        play.send(verb(id, {"name": play.mark("revived")}))
    play.send(operations.delete(id))
    play.read(id)
    play.walk()
    for request in operations.every_operation(older, play.mark("control"))[3:]:
        play.send(request)
    play.read(newer)


@step("delete/unknown-is-404", *REFUSALS)
def deleting_what_is_not_there(play: Play) -> None:
    """Deleting an id that names nothing answers 404."""
    play.fresh()
    play.send(operations.delete(play.unknown_id()))
    play.walk()
    play.send(operations.delete(play.fresh()))


@step("delete/self-refused", "delete/self-survives", needs=["bound_id"])
def the_keys_own(play: Play) -> None:
    """The assistant that the key is bound to is not deleted by it; what it is not bound to is."""
    bound = play.target.bound_id or ""
    play.read(bound)
    play.send(operations.delete(bound))
    play.read(bound)
    play.send(operations.delete(bound))
    play.walk()
    play.send(operations.delete(play.fresh()))


@step("delete/self-is-the-keys-own", "delete/self-refused", needs=["sibling", "expendable_id"])
def another_keys_own(play: Play) -> None:
    """The protection is the bound key's alone: it holds for the sibling's own, and against nobody else."""
    given_up = play.target.expendable_id or ""
    if not play.read(given_up).response.accepted:
        return
    play.send(operations.delete(given_up, "sibling"))
    if not play.read(given_up).response.accepted:
        return
    play.send(operations.delete(given_up))
    play.read(given_up)
    play.walk()
