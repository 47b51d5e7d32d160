"""Texts that servers trim, fold, decode or fill in: at the edges of a text, and as the whole text."""

from contract_tests.generators.session import Session
from contract_tests.generators.steps import step
from contract_tests.http import operations
from contract_tests.http.messages import Json

# Each is first in one text and last in another, so a lost one is known by its place.
TRIMMED = ("\ufeff", "\u00a0", "\u2028", "\u200f", "\u200b", "\n", " ", "\t", "\u202e", "+")
# A text that is nothing but this.
ALONE = (
    "+",
    "%41%2B%20",
    "&lt;b&gt;&amp;&#39;",
    "{{name}} ${name} <%= name %>",
    "e\u0301 \u212b \ufb01 \uff21 \u00bd",
    "👩\u200d👩\u200d👧 🏳\ufe0f\u200d🌈 🇨🇭",
    "\u200e\u202eabc\u202c",
    "\u2028",
    "\ufeff",
    "   ",
)


def _edges(session: Session, number: int) -> dict[str, Json]:
    """A name and instructions, each with one of TRIMMED as its first and another one as its last character."""
    first, last, other, another = (TRIMMED[(number + step) % len(TRIMMED)] for step in (0, 1, 5, 6))
    return {
        "name": f"{first}{session.unique_text('edges')}{last}",
        "instructions": f"{other}{session.unique_text('edges')}{another}",
    }


@step("create/keeps-what-it-is-given", "list/complete")
def texts_with_odd_edges(session: Session) -> None:
    """White space, marks and signs at the edges of a name and of instructions are kept by create, POST and PATCH."""
    ids = [session.created_id(session.send(operations.create(_edges(session, n)))) for n in range(len(TRIMMED))]
    session.walk()
    for verb in operations.VERBS:
        for number, id in enumerate(ids):
            session.send(verb(id, _edges(session, number)))
        session.walk()


@step("create/keeps-what-it-is-given", wide=True)
def texts_of_one_odd_piece(session: Session) -> None:
    """Instructions and names that are nothing but blanks, escapes, entities or placeholders are kept as they are."""
    ids = [session.create_assistant(instructions=text) for text in ALONE]
    session.walk()
    for turn, verb in enumerate(operations.VERBS, 1):
        for id, text in zip(ids, ALONE[turn:] + ALONE[:turn], strict=True):
            name = {"name": text} if text.strip("\ufeff\u2028 ") else {}
            session.send(verb(id, {"instructions": text, **name}))
        session.walk()


@step("create/keeps-what-it-is-given", "errors/never-5xx", wide=True)
def control_characters(session: Session) -> None:
    """A control character is refused, or kept: it is never left out."""
    for char in ("\x01", "\x0b", "\x1f", "\x7f", "\x85"):
        body = {"name": session.unique_text(f"a{char}b"), "instructions": f"{char}{session.unique_text()}{char}"}
        created = session.send(operations.create(body))
        if created.response.accepted:
            session.retrieve(session.created_id(created))
