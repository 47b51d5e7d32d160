"""What a create takes, what it refuses, and what it keeps."""

from contract_tests.generators.session import REFUSALS, Session, step
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


def _made(session: Session, body: Json) -> Exchange:
    """Creates, and reads it back where it was granted."""
    exchange = session.send(operations.create(body))
    if exchange.response.accepted:
        session.read(session.created_id(exchange))
    return exchange


@step(
    "create/name-suffices",
    "create/answers-the-assistant",
    "create/id-is-asst-hyphen",
    "create/status-200",
    "retrieve/equals-created",
)
def a_name_alone(session: Session) -> None:
    """A name alone makes an assistant, answered whole."""
    _made(session, {"name": session.unique_text("name alone")})
    session.walk()


@step("create/ids-are-unique", "create/name-suffices", "list/complete")
def equal_names(session: Session) -> None:
    """Two assistants of one name are two."""
    body = {"name": session.unique_text("twin")}
    _made(session, body)
    _made(session, body)
    session.walk()


@step("create/name-required", *REFUSALS)
def no_name(session: Session) -> None:
    """Without a name nothing is made; null is no name."""
    for body in (
        {"instructions": session.unique_text("no name")},
        {"name": None, "instructions": session.unique_text("null name")},
        {},
    ):
        session.send(operations.create(body))
    session.walk()
    _made(session, {"name": session.unique_text("control"), "instructions": session.unique_text("control")})


@step("create/name-is-text")
def a_name_of_another_type(session: Session) -> None:
    """A name that is not text is refused, never turned into text."""
    for value in session.some(NOT_TEXT, 2):
        session.send(operations.create({"name": value, "instructions": session.unique_text("name of another type")}))
    session.walk()
    _made(session, {"name": session.unique_text("control"), "instructions": session.unique_text("control")})


@step("create/instructions-are-text")
def instructions_of_another_type(session: Session) -> None:
    """Instructions that are not text are refused, never turned into text."""
    for value in session.some(NOT_TEXT, 2):
        session.send(
            operations.create({"name": session.unique_text("instructions of another type"), "instructions": value})
        )
    session.walk()
    _made(session, {"name": session.unique_text("control"), "instructions": session.unique_text("control")})


@step("create/keeps-what-it-is-given", "list/complete")
def texts_as_they_are(session: Session) -> None:
    """What tends to get trimmed, folded, escaped or parsed comes back as it was sent."""
    session.create_assistant(instructions="", name=session.unique_text("no instructions"))
    texts = [{"name": name, "instructions": session.unique_text("for a name")} for name in session.some(NAMES, 3)]
    texts += [
        {"name": session.unique_text("for instructions"), "instructions": text}
        for text in session.some(INSTRUCTIONS, 1)
    ]
    for body in texts:
        _made(session, body)
    session.walk()


@step("create/keeps-what-it-is-given")
def ten_thousand_characters(session: Session) -> None:
    """Ten thousand characters of instructions come back, the last as the first."""
    text = session.unique_text("long") + " " + "Sätze und Zeichen, 文字, 🤖; " * 400
    _made(session, {"name": session.unique_text("long"), "instructions": text[:9999] + "!"})


@step("create/keeps-what-it-is-given", "errors/never-5xx", wide=True)
def too_long_is_refused_not_cut(session: Session) -> None:
    """What is too long is refused; what is accepted is not cut."""
    for length in (65, 101, 129, 201, 256, 257, 300, 513, 1025, 5000):
        name = session.unique_text("n").ljust(length, "x")
        _made(session, {"name": name[: length - 1] + "!"})
    for length in (32_769, 65_536, 70_000):
        _made(
            session,
            {
                "name": session.unique_text("long"),
                "instructions": session.unique_text("i").ljust(length, "y")[: length - 1] + "!",
            },
        )


@step("create/keeps-what-it-is-given", wide=True)
def texts_as_they_are_by_modify(session: Session) -> None:
    """A modify keeps texts as a create does, by either verb."""
    id = session.create_assistant()
    for verb in (operations.modify, operations.patch):
        for name, text in zip(NAMES, INSTRUCTIONS * 3, strict=True):
            session.send(verb(id, {"name": name, "instructions": text}))
            session.read(id)


@step("create/ids-are-unique", wide=True)
def an_id_is_never_given_again(session: Session) -> None:
    """What is deleted leaves its id to nobody."""
    for _ in range(5):
        id = session.create_assistant()
        session.send(operations.delete(id))
    session.create_assistant()
