"""What a modify changes, and what it leaves alone; by either verb."""

from contract_tests.generators.session import REFUSALS, Play, step
from contract_tests.generators.tour.create import NOT_TEXT
from contract_tests.http import operations

VERBS = (operations.modify, operations.patch)


@step(
    "modify/partial",
    "modify/post-and-patch-alike",
    "modify/keeps-identity",
    "modify/seen-everywhere",
    "modify/only-its-target",
    "retrieve/equals-created",
)
def one_field_at_a_time(play: Play) -> None:
    """What is sent is changed and shown everywhere; what is not sent, and every other assistant, stays as it is."""
    for verb in VERBS:
        other, id, another = play.fresh(), play.fresh(), play.fresh()
        for body in (
            {"name": play.mark("renamed")},
            {"instructions": play.mark("rewritten")},
            {"name": play.mark("both"), "instructions": play.mark("both")},
        ):
            play.send(verb(id, body))
            play.read(id)
            play.send(operations.list_(limit=100))
        play.read(other)
        play.read(another)
        play.walk()


@step("modify/empty-body-changes-nothing", "modify/post-and-patch-alike")
def nothing_to_change(play: Play) -> None:
    """`{}` answers the assistant as it is."""
    id = play.fresh()
    for verb in VERBS:
        play.send(verb(id, {}))
        play.read(id)


@step("modify/empty-instructions-clear", "modify/post-and-patch-alike", "modify/partial", "modify/only-its-target")
def clearing(play: Play) -> None:
    """An empty text clears the instructions, and they can be set again."""
    for verb in VERBS:
        other, id = play.fresh(), play.fresh()
        play.send(verb(id, {"instructions": ""}))
        play.read(id)
        play.read(other)
        play.walk()
        play.send(verb(id, {"name": play.mark("after clearing")}))
        play.read(id)
        play.send(verb(id, {"instructions": play.mark("set again")}))
        play.read(id)
        play.send(verb(id, {"name": play.mark("with it"), "instructions": ""}))
        play.read(id)


@step("modify/bad-body-changes-nothing")
def bad_beside_good(play: Play) -> None:
    """A value of a wrong type is refused, and the valid ones beside it do nothing."""
    id = play.fresh()
    for verb in VERBS:
        for body in ({"name": play.mark("good"), "instructions": 7}, {"name": 7, "instructions": play.mark("good")}):
            play.send(verb(id, body))
            play.read(id)
        play.send(verb(id, {"name": play.mark("control"), "instructions": play.mark("control")}))
        play.read(id)


@step("modify/bad-body-changes-nothing", wide=True)
def every_wrong_type(play: Play) -> None:
    """So it is with every JSON type that is not text."""
    id = play.fresh()
    for verb in VERBS:
        for value in NOT_TEXT:
            for body in (
                {"instructions": play.mark("good"), "name": value},
                {"name": play.mark("good"), "instructions": value},
            ):
                play.send(verb(id, body))
                play.read(id)


@step("modify/unknown-is-404")
def an_id_that_names_nothing(play: Play) -> None:
    """Modifying what is not there answers 404 and makes nothing."""
    unknown = play.unknown_id()
    for verb in VERBS:
        play.send(verb(unknown, {"name": play.mark("ghost"), "instructions": play.mark("ghost")}))
    play.walk()
    play.send(operations.retrieve(unknown))
    for verb in VERBS:
        play.send(verb(play.subject(), {"name": play.mark("control"), "instructions": play.mark("control")}))


@step("modify/partial", wide=True)
def null_is_free_but_stays_apart(play: Play) -> None:
    """What null does is the service's choice; whatever it does to its field, it does to no other."""
    for verb in VERBS:
        id = play.fresh()
        for body in ({"instructions": None}, {"name": None}):
            play.send(verb(id, body))
            play.read(id)


@step("retrieve/unknown-is-404", *REFUSALS)
def retrieving_what_is_not_there(play: Play) -> None:
    """Retrieving an id that names nothing answers 404; one that names something, 200."""
    play.send(operations.retrieve(play.unknown_id()))
    play.read(play.subject())
