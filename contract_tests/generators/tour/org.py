"""Who shares an organization's assistants, and who does not."""

from contract_tests.generators.session import Play, step
from contract_tests.http import operations


@step("org/shared-by-its-keys", needs=["sibling"])
def a_second_key(play: Play) -> None:
    """What one key of the organization made, another lists, retrieves, modifies and deletes, and vice versa."""
    for maker, other in (("primary", "sibling"), ("sibling", "primary")):
        id = play.fresh(maker)
        play.send(operations.modify(id, {"name": play.mark("control")}, maker))
        play.send(operations.patch(id, {"name": play.mark("control")}, maker))
        play.read(id, maker)
        play.walk(other)
        play.read(id, other)
        play.send(operations.modify(id, {"name": play.mark("renamed")}, other))
        play.send(operations.patch(id, {"instructions": play.mark("rewritten")}, other))
        play.read(id, maker)
        play.send(operations.delete(id, other))
        play.read(id, maker)


@step("org/closed-to-others", "org/others-look-unknown", needs=["foreign"])
def a_key_of_another_organization(play: Play) -> None:
    """Neither organization lists, retrieves, modifies or deletes what is the other's."""
    for owner, stranger in (("primary", "foreign"), ("foreign", "primary")):
        id = play.fresh(owner)
        play.read(id, owner)
        for request in (
            operations.retrieve(id, stranger),
            operations.modify(id, {"name": play.mark("stolen")}, stranger),
            operations.patch(id, {"instructions": play.mark("stolen")}, stranger),
            operations.delete(id, stranger),
        ):
            play.send(request)
            play.read(id, owner)
        play.walk(stranger)
        for request in operations.every_operation(id, play.mark("control"), owner)[2:]:
            play.send(request)
