"""The whole catalogue by example: reads are shared, and what is written is read once, at the end, by one walk.

Every text that is sent has the run's tag in it. The order of the scenes matters: each stands on what is known by then.
"""

from __future__ import annotations

from contract_tests.generators.session import REFUSALS
from contract_tests.generators.tour.ignored import ABSURD, ACCEPTED, HOLD, NOT_KEPT, ROUNDS, UNSHOWN
from contract_tests.generators.tour.parallel import preflight
from contract_tests.http import operations
from contract_tests.http.messages import Json
from contract_tests.profiles.scenario import Cast, Script, each_alone

SCRIPT = Script()  # before the last walk
EPILOGUE = Script()  # after it: what is held against the order that it showed
FIELDS = len(ACCEPTED)


@SCRIPT.scene(
    0,
    "create/name-suffices",
    "create/keeps-what-it-is-given",
    "create/id-is-asst-hyphen",
    "create/ids-are-unique",
    "create/answers-the-assistant",
    "create/status-200",
    "parallel/creates-all-kept",
    *ACCEPTED,
    *NOT_KEPT,
    *HOLD,
    cast=("one", "other", "rich"),
    reserve=1 + FIELDS,
)
def creates(cast: Cast) -> None:
    """A name suffices, and two at once of one name are two; texts are kept; ignored fields leave no trace."""
    for name in ("one", "rich"):
        _ = cast[name]


@SCRIPT.scene(
    1, "retrieve/equals-created", "create/keeps-what-it-is-given", "org/shared-by-its-keys", *NOT_KEPT, cast=("rich",)
)
def a_second_key_reads(cast: Cast) -> None:
    """What one key made another retrieves, as it was made."""
    cast.session.admitted(operations.retrieve(cast["rich"], cast.second), (401,))


@SCRIPT.scene(5, "org/closed-to-others", "org/others-look-unknown", cast=("rich",), needs=("foreign",))
def another_organization(cast: Cast) -> None:
    """A key of another organization can list, retrieve, modify or delete none of it."""
    session, id = cast.session, cast["rich"]
    session.admitted(operations.list_("foreign", limit=100))
    for request in (
        operations.retrieve(id, "foreign"),
        operations.modify(id, {"name": session.unique_text("stolen")}, "foreign"),
        operations.patch(id, {"instructions": session.unique_text("stolen")}, "foreign"),
        operations.delete(id, "foreign"),
    ):
        session.send(request)


@SCRIPT.scene(
    3,
    "modify/seen-everywhere",
    "modify/post-and-patch-alike",
    "modify/keeps-identity",
    "modify/only-its-target",
    "retrieve/equals-created",
    *ACCEPTED,
    *NOT_KEPT,
    *HOLD,
    cast=("one", "other"),
    reserve=2 * (1 + FIELDS),
    control=True,
)
def modifies(cast: Cast) -> None:
    """By either verb name and instructions change, ignored fields leave no trace, and retrieve shows it at once."""
    _loaded(cast, operations.modify, cast["one"], ROUNDS[2])
    cast.session.read(cast["one"])
    _loaded(cast, operations.patch, cast["other"], ROUNDS[1])


def _loaded(cast: Cast, verb: operations.Modify, id: str, fields: dict[str, Json]) -> None:
    session = cast.session
    texts = {"name": session.unique_text("modified"), "instructions": session.unique_text("modified")}
    if not session.send(verb(id, texts | fields)).response.accepted:
        session.send(verb(id, texts))
        each_alone(session, verb, id, fields)


@SCRIPT.scene(2, "parallel/modifies-not-lost", "modify/partial", cast=("one", "other"))
def modifies_at_once(cast: Cast) -> None:
    """Two assistants renamed at the same time are both renamed, and keep their instructions."""
    session, first, second = cast.session, cast["other"], cast["one"]
    session.send_parallel(
        lambda group: [
            operations.modify(first, {"name": session.unique_text("at once")}, group=group),
            operations.patch(second, {"name": session.unique_text("at once")}, group=group),
        ]
    )


@SCRIPT.scene(
    2,
    "modify/empty-instructions-clear",
    "modify/post-and-patch-alike",
    "modify/partial",
    "org/shared-by-its-keys",
    cast=("one", "other"),
)
def a_second_key_clears(cast: Cast) -> None:
    """An empty text clears the instructions and nothing else, by either verb, also by another key."""
    cast.session.send(operations.modify(cast["one"], {"instructions": ""}, cast.second))
    cast.session.send(operations.patch(cast["other"], {"instructions": ""}, cast.second))


@SCRIPT.scene(2, "modify/empty-body-changes-nothing", "modify/post-and-patch-alike", cast=("other", "rich"))
def nothing_to_change(cast: Cast) -> None:
    """`{}` answers the assistant as it is, by either verb."""
    cast.session.send(operations.modify(cast["other"], {}))
    cast.session.send(operations.patch(cast["rich"], {}))


@SCRIPT.scene(1, "modify/bad-body-changes-nothing", *REFUSALS, cast=("rich",))
def bad_beside_good(cast: Cast) -> None:
    """A value of a wrong type is refused, and the valid one beside it does nothing."""
    cast.session.send(operations.patch(cast["rich"], {"name": cast.session.unique_text("good"), "instructions": 7}))


@SCRIPT.scene(3, "errors/bad-json-is-400", *REFUSALS, cast=("other", "rich"))
def bodies_that_are_not_an_object(cast: Cast) -> None:
    """No body, an array, and what is not JSON are refused, and change nothing."""
    send = cast.session.send
    send(operations.raw("POST", operations.COLLECTION, b""))
    send(operations.raw("POST", operations.path(cast["other"]), b"[]"))
    send(operations.raw("PATCH", operations.path(cast["rich"]), b"{"))


@SCRIPT.scene(1, "ignored/absurd-values-are-harmless", cast=("other",))
def absurd_values(cast: Cast) -> None:
    """Ignored fields of wrong types are ignored or refused, and stored by nobody."""
    cast.session.send(operations.patch(cast["other"], {name: values[0] for name, values in ABSURD.items()}))


@SCRIPT.scene(1, "errors/never-5xx", cast=("one",))
def an_odd_text(cast: Cast) -> None:
    """A NUL in a name is taken or refused, not stumbled over."""
    cast.session.send(operations.modify(cast["one"], {"name": cast.session.unique_text("nul \x00 within")}))


@SCRIPT.scene(
    8,
    "auth/missing-key-refused",
    "auth/unknown-key-refused",
    "auth/other-scheme-refused",
    "auth/refused-changes-nothing",
    *REFUSALS,
    cast=("rich",),
)
def without_a_good_key(cast: Cast) -> None:
    """Each operation is refused without a key; with an unknown one, or under another scheme, one is for all."""
    id, send = cast["rich"], cast.session.send
    for request in operations.every_operation(id, cast.session.unique_text("refused"), "nobody"):
        send(request)
    send(operations.retrieve(id, "stranger"))
    send(operations.patch(id, {"name": cast.session.unique_text("refused")}, "basic"))


@SCRIPT.scene(
    4, "create/name-required", "create/name-is-text", "create/instructions-are-text", *REFUSALS, cast=("rich",)
)
def creates_that_are_refused(cast: Cast) -> None:
    """Without a name, with null, and with what is not text, nothing is made."""
    mark = cast.session.unique_text
    for body in (
        {"instructions": mark("no name")},
        {"name": None, "instructions": mark("null name")},
        {"name": 7, "instructions": mark("name of another type")},
        {"name": mark("instructions of another type"), "instructions": {"text": "text"}},
    ):
        cast.session.send(operations.create(body))


@SCRIPT.scene(3, "retrieve/unknown-is-404", "modify/unknown-is-404", "delete/unknown-is-404", *REFUSALS, cast=("rich",))
def an_id_that_names_nothing(cast: Cast) -> None:
    """What is not there answers 404, and is not made by asking."""
    unknown = cast.session.unknown_id(cast["rich"])
    cast.session.send(operations.retrieve(unknown))
    cast.session.send(operations.modify(unknown, {"name": cast.session.unique_text("ghost")}))
    cast.session.send(operations.delete(unknown))


@SCRIPT.scene(
    4,
    "delete/answers-deleted",
    "delete/gone",
    "delete/only-its-target",
    "org/shared-by-its-keys",
    cast=("one",),
    ends=("one",),
)
def deleted_and_gone(cast: Cast) -> None:
    """What another key of the organization deletes is gone for every operation."""
    id = cast["one"]
    cast.session.send(operations.delete(id, cast.second))
    cast.session.read(id)
    cast.session.send(operations.patch(id, {"name": cast.session.unique_text("revived")}))
    cast.session.send(operations.delete(id))


@SCRIPT.scene(1, "delete/self-refused", "delete/self-survives", needs=("sibling", "expendable_id"), cast=("rich",))
def the_siblings_own(cast: Cast) -> None:
    """The expendable assistant is not deleted by the key that is bound to it; the last walk shows it unchanged."""
    cast.session.send(operations.delete(cast.session.target.expendable_id or "", "sibling"))


@SCRIPT.scene(1, "delete/self-refused", "delete/self-survives", needs=("bound_id", "ask_self_delete"), cast=("rich",))
def the_keys_own(cast: Cast) -> None:
    """The assistant that the key is bound to is not deleted by it; the last walk shows it unchanged."""
    cast.session.send(operations.delete(cast.session.target.bound_id or ""))


@EPILOGUE.scene(1, "list/has-more-is-true-to-its-word", "list/limit", "org/shared-by-its-keys", cast=("rich",))
def a_small_page(cast: Cast) -> None:
    """A second key is shown the same list; a page of two holds two, and says that more follows."""
    cast.session.send(operations.list_(cast.second, limit=2))


@EPILOGUE.scene(3, "list/after", "list/before", "list/limit", cast=("other", "rich"))
def the_other_ways(cast: Cast) -> None:
    """Behind an id, ahead of one, and twenty unless told."""
    cast.session.send(operations.list_())
    cast.session.send(operations.list_(limit=2, after=cast["rich"]))
    cast.session.send(operations.list_(limit=2, before=cast["other"]))


@EPILOGUE.scene(2, "list/newest-first", "list/order-asc", cast=("rich", "last"))
def one_after_another(cast: Cast) -> None:
    """What is made last comes first, or last where the oldest come first."""
    _ = cast["rich"], cast["last"]
    cast.session.send(operations.list_(limit=20))
    cast.session.send(operations.list_(limit=100, order="asc", **({"after": cast.others[0]} if cast.others else {})))


@EPILOGUE.scene(4, "list/bad-limit-refused")
def limits_out_of_bounds(cast: Cast) -> None:
    """A limit of 0, 101, -1 or "x" is refused."""
    for limit in (0, 101, -1, "x"):
        cast.session.send(operations.list_(limit=limit))


@EPILOGUE.scene(len(UNSHOWN), *(field.accepted_id for field in UNSHOWN), cast=("rich",))
def newer_fields(cast: Cast) -> None:
    """A field that newer SDKs can send, and that no answer shows, is accepted."""
    for field in UNSHOWN:
        cast.session.send(operations.modify(cast["rich"], {field.name: field.value(0)}))


@EPILOGUE.scene(2, "errors/unknown-url-is-404", "errors/wrong-method-is-405-or-404", cast=("rich",))
def what_is_no_operation(cast: Cast) -> None:
    """A URL that nobody serves, and a method that a URL does not know, are said to be so."""
    cast.session.send(operations.raw("GET", operations.UNKNOWN_URL))
    cast.session.send(operations.raw("PUT", operations.path(cast["rich"]), b"{}"))


@EPILOGUE.scene(2, "browser/preflight")
def a_page_asks_first(cast: Cast) -> None:
    """A browser may send what the JavaScript SDK sends."""
    cast.session.send(preflight("POST", operations.COLLECTION))
    cast.session.send(preflight("PATCH", operations.path("asst-any")))


@EPILOGUE.scene(1, "delete/self-is-the-keys-own", "delete/self-survives", needs=("sibling", "expendable_id"))
def another_keys_own(cast: Cast) -> None:
    """Another key of the organization deletes what the sibling may not."""
    cast.session.send(operations.delete(cast.session.target.expendable_id or ""))
