"""Calls that run at the same time, and a page in a browser."""

from contract_tests.generators.session import Session, step
from contract_tests.http import operations
from contract_tests.http.messages import Request

AT_ONCE = 8
SDK_HEADERS = (
    "authorization, content-type, openai-beta, x-stainless-arch, x-stainless-lang, x-stainless-os, "
    "x-stainless-package-version, x-stainless-retry-count, x-stainless-runtime, x-stainless-runtime-version, "
    "x-stainless-timeout"
)


@step("parallel/creates-all-kept", "create/ids-are-unique")
def creates_at_once(session: Session) -> None:
    """Creates at once make an assistant each, of equal names or not."""
    names = [session.unique_text("at once")] * 2 + [
        session.unique_text(f"at once {number}") for number in session.some(range(AT_ONCE - 2), 2)
    ]
    session.send_parallel(lambda group: [operations.create({"name": name}, group=group) for name in names])
    session.walk()


@step("parallel/modifies-not-lost")
def modifies_at_once(session: Session) -> None:
    """Assistants modified at once all show their new name."""
    ids = [session.create_assistant() for _ in session.some(range(AT_ONCE), 3)]
    session.walk()
    for verb in (operations.modify, operations.patch):
        session.send_parallel(
            lambda group, verb=verb: [  # type: ignore[misc]  # mypy: a default binds the verb
                verb(id, {"name": session.unique_text("at once")}, group=group) for id in ids
            ]
        )
        session.walk()
        for id in ids:
            session.read(id)


@step("browser/preflight")
def a_page_asks_first(session: Session) -> None:
    """A browser may send what the JavaScript SDK sends, by every method."""
    session.walk()
    for method, path in (
        ("GET", operations.COLLECTION),
        ("POST", operations.COLLECTION),
        ("PATCH", operations.path("asst-any")),
        ("DELETE", operations.path("asst-any")),
    ):
        session.send(preflight(method, path))


def preflight(method: str, path: str, asked: str = SDK_HEADERS) -> Request:
    """What a browser asks before it lets a page send this, with the headers `asked` for."""
    headers = {
        "origin": "https://app.example",
        "access-control-request-method": method,
        "access-control-request-headers": asked,
    }
    return Request("OPTIONS", path, "nobody", headers=tuple(headers.items()))
