"""Methods that nobody has, and URLs near the ones of the API."""

from urllib.parse import quote

from contract_tests.generators.session import Session
from contract_tests.generators.steps import step
from contract_tests.http import operations
from contract_tests.http.messages import Request, dump

UNHEARD_METHODS = ("TRACE", "PROPFIND", "BREW")


@step("errors/wrong-method-is-405-or-404", "errors/never-5xx")
def methods_that_nobody_has(session: Session) -> None:
    """TRACE, WebDAV's methods and made-up methods are refused."""
    id = session.create_assistant()
    session.walk()
    session.send(Request("TRACE", operations.COLLECTION))
    for method in UNHEARD_METHODS:
        session.send(Request(method, operations.path(id)))
    session.retrieve(id)


@step("errors/unknown-url-is-404", "errors/never-5xx")
def urls_below_an_assistant(session: Session) -> None:
    """A URL below a real assistant is no URL of the API, by any method, and changes nothing."""
    id = session.create_assistant()
    for rest in ("x", "instructions", f"{id}"):
        session.client.guard.invent(f"{id}/{rest}")
        session.send(operations.raw("GET", f"{operations.path(id)}/{quote(rest)}"))
    below = f"{operations.path(id)}/x"
    for method in ("POST", "PATCH", "DELETE"):
        body = dump({"name": session.unique_text("below")}) if method != "DELETE" else None
        session.send(operations.raw(method, below, body))
        session.retrieve(id)
    session.walk()


@step("errors/never-5xx", wide=True)
def escapes_in_a_url(session: Session) -> None:
    """Escaped slashes and dots in front of a real id, and a HEAD with a body, crash nothing."""
    id = session.create_assistant()
    for path in (f"asst-x%2F..%2F{id}", f"{id}%2F..%2F{id}", f"{id}%2F", f"%2F{id}", f"{id}%2F..%2F..%2Fmodels"):
        session.send(operations.raw("GET", operations.raw_path(path)))
    for path in (operations.COLLECTION, operations.path(id)):
        session.send(operations.raw("HEAD", path, b'{"name": "x"}'))
        session.send(operations.raw("HEAD", path))
    session.retrieve(id)
    session.walk()
