"""The ways in which a body travels: content types with parameters, chunks, and sizes about a power of two."""

from collections.abc import Iterator

from contract_tests.generators.session import Session
from contract_tests.generators.steps import step
from contract_tests.http import operations
from contract_tests.http.messages import Request, dump

TYPES = ("application/json; charset=utf-8", "application/json;charset=UTF-8")
POWERS = range(10, 17)  # of two: bodies of a kilobyte to 64 kilobytes
LONGEST = 10_000  # characters of instructions that every server keeps


def _by_each_verb(session: Session, id: str, *headers: tuple[str, str]) -> Iterator[Request]:
    for method, path in (
        ("POST", operations.COLLECTION),
        ("POST", operations.path(id)),
        ("PATCH", operations.path(id)),
    ):
        body = dump({"name": session.unique_text("sent"), "instructions": session.unique_text("sent")})
        yield operations.raw(method, path, body, headers=headers)


@step("create/keeps-what-it-is-given", "create/name-suffices", "modify/seen-everywhere", "modify/partial")
def types_with_parameters_and_chunks(session: Session) -> None:
    """A charset behind the content type, and a body in chunks, change nothing in what a call does."""
    id = session.create_assistant()
    for kind in TYPES:
        for request in _by_each_verb(session, id, ("content-type", kind)):
            session.send(request)
            session.retrieve(id)
    for request in _by_each_verb(session, id, *operations.JSON_BODY, ("transfer-encoding", "chunked")):
        session.send(request)
        session.retrieve(id)
    session.walk()


@step("create/keeps-what-it-is-given", "errors/never-5xx", wide=True)
def bodies_about_a_power_of_two(session: Session) -> None:
    """A body of 2^k bytes, or of one byte less or more, arrives whole."""
    id = session.create_assistant()
    for power in POWERS:
        for number, size in enumerate((2**power - 1, 2**power, 2**power + 1)):
            method = ("POST", "PATCH")[(power + number) % 2]
            session.send(operations.raw(method, operations.path(id), _of_size(session, size)))
        session.retrieve(id)
    for power in POWERS[2::2]:
        session.send(operations.raw("POST", operations.COLLECTION, _of_size(session, 2**power)))
    session.walk()


def _of_size(session: Session, size: int) -> bytes:
    """A body of so many bytes: a long text, and blanks in front of it if a text of this size may be refused."""
    body = dump({"name": session.unique_text("sized"), "instructions": session.unique_text("sized")})
    room = size - len(body)
    wide, narrow = divmod(min(room, 4 * (LONGEST - 100)), 4)
    text = ("🤖" * wide + "x" * narrow).encode()
    return b"{" + b" " * (room - len(text)) + body[1:-2] + text + body[-2:]
