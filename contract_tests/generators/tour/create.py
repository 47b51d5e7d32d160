"""Creates: the bodies that a create accepts, the bodies that it refuses, and the texts that it keeps."""

from contract_tests.generators.session import Session
from contract_tests.generators.steps import REFUSALS, step
from contract_tests.http import operations
from contract_tests.http.messages import Exchange, Json

NOT_TEXT: list[Json] = [7, 0, 1.5, True, False, ["text"], [], {"text": "text"}, {}]
NAMES = [
    "  spaces  around  and   within  ",
    "Grüße 日本語 العربية e\u0301 é \ufb01 İ \u1e9e",
    "🤖 👩‍👩‍👧 🇨🇭 \U0001f9ff",
    "<b>bold</b> &amp; &lt; %41 %s {0} ${x} {{x}} \\n \\u0041",
    "quotes \" ' ` ; -- DROP TABLE",
    "UPPER lower MiXeD",
    "null",
    "0012",
    "true",
]
INSTRUCTIONS = [
    "\n\n  first\r\nsecond\rthird\n\tindented  \n\n",
    '# Title\n\n* **bold** <script>alert(1)</script> &nbsp; [a](b)\n```json\n{"a": 1}\n```\n',
    "Zero\u200bwidth, \u00a0no-break, \u202ertl\u202c, \u2028line, \ufeffmark, NFC é and NFD e\u0301 🤖",
]


def _create(session: Session, body: Json) -> Exchange:
    """Creates an assistant, and retrieves it if the create was accepted."""
    exchange = session.send(operations.create(body))
    if exchange.response.accepted:
        session.retrieve(session.created_id(exchange))
    return exchange


@step(
    "create/answers-the-assistant",
    "create/name-suffices",
    "create/id-is-asst-hyphen",
    "create/status-200",
    "retrieve/equals-created",
)
def a_name_alone(session: Session) -> None:
    """A name alone creates an assistant, and the answer is the whole assistant."""
    _create(session, {"name": session.unique_text("name alone")})
    session.walk()


@step("create/ids-are-unique", "create/name-suffices", "list/complete")
def equal_names(session: Session) -> None:
    """Two creates with equal names make two assistants."""
    body = {"name": session.unique_text("twin")}
    _create(session, body)
    _create(session, body)
    session.walk()


@step("create/identity-is-the-servers")
def an_identity_of_the_callers(session: Session) -> None:
    """An id, an object or a created_at that a create sends is not taken over, nor is the id of another assistant."""
    other = session.create_assistant()
    for sent in ({"id": session.unknown_id(other)}, {"object": "thread"}, {"created_at": 1}, {"id": other}):
        _create(session, {"name": session.unique_text("identity"), **sent})
    session.walk()


@step("create/name-required", "errors/bad-input-is-400", *REFUSALS)
def no_name(session: Session) -> None:
    """A create without a name, or with null for it, is refused and creates nothing."""
    for body in (
        {"instructions": session.unique_text("no name")},
        {"name": None, "instructions": session.unique_text("null name")},
        {},
    ):
        session.send(operations.create(body))
    session.walk()
    _create(session, {"name": session.unique_text("control"), "instructions": session.unique_text("control")})


@step("create/name-is-text", "errors/bad-input-is-400")
def a_name_of_another_type(session: Session) -> None:
    """A name that is not a string is refused, and is not converted to a string."""
    for value in session.sample(NOT_TEXT, 2):
        session.send(operations.create({"name": value, "instructions": session.unique_text("name of another type")}))
    session.walk()
    _create(session, {"name": session.unique_text("control"), "instructions": session.unique_text("control")})


@step("create/instructions-are-text", "errors/bad-input-is-400")
def instructions_of_another_type(session: Session) -> None:
    """Instructions that are not a string are refused, and are not converted to a string."""
    for value in session.sample(NOT_TEXT, 2):
        session.send(
            operations.create({"name": session.unique_text("instructions of another type"), "instructions": value})
        )
    session.walk()
    _create(session, {"name": session.unique_text("control"), "instructions": session.unique_text("control")})


@step("create/keeps-what-it-is-given", "list/complete")
def texts_unchanged_by_create(session: Session) -> None:
    """Texts that servers tend to trim, fold, escape or parse come back unchanged."""
    session.create_assistant(instructions="", name=session.unique_text("no instructions"))
    texts = [{"name": name, "instructions": session.unique_text("for a name")} for name in session.sample(NAMES, 3)]
    texts += [
        {"name": session.unique_text("for instructions"), "instructions": text}
        for text in session.sample(INSTRUCTIONS, 1)
    ]
    for body in texts:
        session.send(operations.create(body))
    session.walk()


@step("create/keeps-what-it-is-given")
def ten_thousand_characters(session: Session) -> None:
    """Instructions of ten thousand characters come back complete."""
    text = session.unique_text("long") + " " + "Sätze und Zeichen, 文字, 🤖; " * 400
    _create(session, {"name": session.unique_text("long"), "instructions": text[:9999] + "!"})


@step("create/keeps-what-it-is-given", "errors/never-5xx", wide=True)
def long_texts(session: Session) -> None:
    """A text that is too long is refused; an accepted text is not shortened."""
    for length in (65, 101, 129, 201, 256, 257, 300, 513, 1025, 5000):
        name = session.unique_text("n").ljust(length, "x")
        _create(session, {"name": name[: length - 1] + "!"})
    for length in (32_769, 65_536, 70_000):
        _create(
            session,
            {
                "name": session.unique_text("long"),
                "instructions": session.unique_text("i").ljust(length, "y")[: length - 1] + "!",
            },
        )


@step("create/keeps-what-it-is-given", wide=True)
def texts_unchanged_by_modify(session: Session) -> None:
    """A modify by POST or PATCH keeps texts unchanged, as a create does."""
    id = session.create_assistant()
    for verb in operations.VERBS:
        for name, text in zip(NAMES, INSTRUCTIONS * 3, strict=True):
            session.send(verb(id, {"name": name, "instructions": text}))
        session.retrieve(id)


@step("create/ids-are-unique", wide=True)
def ids_after_deletes(session: Session) -> None:
    """The id of a deleted assistant is never given to another assistant."""
    for _ in range(5):
        id = session.create_assistant()
        session.send(operations.delete(id))
    session.create_assistant()
