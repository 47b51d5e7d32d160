"""Bodies that are right but for one thing, which a lax parser of JSON lets pass."""

from contract_tests.generators.session import Session
from contract_tests.generators.steps import step
from contract_tests.generators.tour.errors import in_turn, places
from contract_tests.http import operations
from contract_tests.http.messages import dump

# `NAME` stands for a name in double quotes.
LAX = (
    b'{"name": NAME, "temperature": NaN}',
    b'{"name": NAME, "top_p": Infinity}',
    b'{"name": NAME /* a comment */}',
    b'{"name": NAME} // a comment',
    b'{"name": NAME}\n# a comment',
    b'{"name": NAME} and more',
    b'{"name": NAME}{"name": NAME}',
    b'{"name": NAME "instructions": "no comma"}',
    b"{name: NAME}",
    b'{"name": NAME, "instructions": \'single\'}',
    b'{"name": NAME, "instructions": "a raw\nline break"}',
    b'{"name": NAME, "instructions": "\\x41"}',
    b'{"name": NAME, "temperature": 01}',
    b'{"name": NAME, "temperature": 0x1}',
    b'{"name": NAME, "temperature": None}',
    b'{"name": NAME, "metadata": {}',
)


@step("errors/bad-json-is-400", "errors/bad-input-is-400", wide=True)
def bodies_of_a_lax_grammar(session: Session) -> None:
    """A comment, NaN, a trailing comma, text after the end, and JSON within a string are no JSON."""
    id = session.create_assistant()
    for lax, pair in zip(LAX, in_turn(id), strict=False):
        for method, path in pair:
            name = dump(session.unique_text("lax"))
            session.send(operations.raw(method, path, lax.replace(b"NAME", name)))
    for method, path in places(id):
        session.send(operations.raw(method, path, dump(dump({"name": session.unique_text("within")}).decode())))
    session.retrieve(id)
    session.walk()
