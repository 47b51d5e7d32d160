"""What a create takes, what it refuses, and what it keeps."""

from contract_tests.generators.session import REFUSALS, Play, step
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


def _made(play: Play, body: Json) -> Exchange:
    """Creates, and reads it back where it was granted."""
    exchange = play.send(operations.create(body))
    if exchange.response.accepted:
        play.read(play.made(exchange))
    return exchange


@step(
    "create/name-suffices",
    "create/answers-the-assistant",
    "create/id-is-asst-hyphen",
    "create/status-200",
    "retrieve/equals-created",
)
def a_name_alone(play: Play) -> None:
    """A name alone makes an assistant, answered whole."""
    _made(play, {"name": play.mark("name alone")})
    play.walk()


@step("create/ids-are-unique", "create/name-suffices", "list/complete")
def equal_names(play: Play) -> None:
    """Two assistants of one name are two."""
    body = {"name": play.mark("twin")}
    _made(play, body)
    _made(play, body)
    play.walk()


@step("create/name-required", *REFUSALS)
def no_name(play: Play) -> None:
    """Without a name nothing is made; null is no name."""
    for body in ({"instructions": play.mark("no name")}, {"name": None, "instructions": play.mark("null name")}, {}):
        play.send(operations.create(body))
    play.walk()
    _made(play, {"name": play.mark("control"), "instructions": play.mark("control")})


@step("create/name-is-text")
def a_name_of_another_type(play: Play) -> None:
    """A name that is not text is refused, never turned into text."""
    for value in play.some(NOT_TEXT, 2):
        play.send(operations.create({"name": value, "instructions": play.mark("name of another type")}))
    play.walk()
    _made(play, {"name": play.mark("control"), "instructions": play.mark("control")})


@step("create/instructions-are-text")
def instructions_of_another_type(play: Play) -> None:
    """Instructions that are not text are refused, never turned into text."""
    for value in play.some(NOT_TEXT, 2):
        play.send(operations.create({"name": play.mark("instructions of another type"), "instructions": value}))
    play.walk()
    _made(play, {"name": play.mark("control"), "instructions": play.mark("control")})


@step("create/keeps-what-it-is-given", "list/complete")
def texts_as_they_are(play: Play) -> None:
    """What tends to get trimmed, folded, escaped or parsed comes back as it was sent."""
    play.fresh(instructions="", name=play.mark("no instructions"))
    texts = [{"name": name, "instructions": play.mark("for a name")} for name in play.some(NAMES, 3)]
    texts += [{"name": play.mark("for instructions"), "instructions": text} for text in play.some(INSTRUCTIONS, 1)]
    for body in texts:
        _made(play, body)
    play.walk()


@step("create/keeps-what-it-is-given")
def ten_thousand_characters(play: Play) -> None:
    """Ten thousand characters of instructions come back, the last as the first."""
    text = play.mark("long") + " " + "Sätze und Zeichen, 文字, 🤖; " * 400
    _made(play, {"name": play.mark("long"), "instructions": text[:9999] + "!"})


@step("create/keeps-what-it-is-given", "errors/never-5xx", wide=True)
def too_long_is_refused_not_cut(play: Play) -> None:
    """What is too long is refused; what is accepted is not cut."""
    for length in (65, 101, 129, 201, 256, 257, 300, 513, 1025, 5000):
        name = play.mark("n").ljust(length, "x")
        _made(play, {"name": name[: length - 1] + "!"})
    for length in (32_769, 65_536, 70_000):
        _made(play, {"name": play.mark("long"), "instructions": play.mark("i").ljust(length, "y")[: length - 1] + "!"})


@step("create/keeps-what-it-is-given", wide=True)
def texts_as_they_are_by_modify(play: Play) -> None:
    """A modify keeps texts as a create does, by either verb."""
    id = play.fresh()
    for verb in (operations.modify, operations.patch):
        for name, text in zip(NAMES, INSTRUCTIONS * 3, strict=True):
            play.send(verb(id, {"name": name, "instructions": text}))
            play.read(id)


@step("create/ids-are-unique", wide=True)
def an_id_is_never_given_again(play: Play) -> None:
    """What is deleted leaves its id to nobody."""
    for _ in range(5):
        id = play.fresh()
        play.send(operations.delete(id))
    play.fresh()
