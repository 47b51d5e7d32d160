"""Calls in parallel, and the preflights that a browser sends before the calls of a page."""

from dataclasses import replace

from contract_tests.generators.session import Session
from contract_tests.generators.steps import step
from contract_tests.http import operations
from contract_tests.http.messages import Request

PAGE = "https://app.example"
GROUP = 8  # calls in parallel
SDK_HEADERS = (
    "authorization, content-type, openai-beta, x-stainless-arch, x-stainless-lang, x-stainless-os, "
    "x-stainless-package-version, x-stainless-retry-count, x-stainless-runtime, x-stainless-runtime-version, "
    "x-stainless-timeout"
)
CALLS_OF_A_PAGE = (
    ("POST", operations.COLLECTION),
    ("PATCH", operations.path("asst-any")),
    ("GET", operations.COLLECTION),
    ("DELETE", operations.path("asst-any")),
)


@step("parallel/creates-all-kept", "create/ids-are-unique")
def parallel_creates(session: Session) -> None:
    """Parallel creates make one assistant each, with equal names or different names."""
    names = [session.unique_text("at once")] * 2 + [
        session.unique_text(f"at once {number}") for number in session.sample(range(GROUP - 2), 2)
    ]
    session.send_group(lambda group: [operations.create({"name": name}, group=group) for name in names])
    session.walk()


@step("parallel/modifies-not-lost")
def parallel_modifies(session: Session) -> None:
    """After parallel modifies of several assistants, each assistant shows its new name."""
    ids = [session.create_assistant() for _ in session.sample(range(GROUP), 3)]
    session.walk()
    for verb in operations.VERBS:
        session.send_group(
            lambda group, verb=verb: [  # type: ignore[misc]  # mypy: a default binds the verb
                verb(id, {"name": session.unique_text("at once")}, group=group) for id in ids
            ]
        )
        session.walk()
        for id in ids:
            session.retrieve(id)


@step("browser/preflight", requests=2)
def preflights(session: Session) -> None:
    """A browser's preflight lets a page send every method with the headers of the JavaScript SDK."""
    for method, path in session.sample(CALLS_OF_A_PAGE, 2):
        session.send(preflight(method, path))
    if session.thorough:
        for request in (operations.list_(limit=1), operations.retrieve(session.unknown_id())):
            session.send(from_a_page(request))


def from_a_page(request: Request) -> Request:
    """The call as a browser sends it for a page."""
    return replace(request, headers=(*request.headers, ("origin", PAGE)))


def preflight(method: str, path: str, wanted: str = SDK_HEADERS) -> Request:
    """The preflight: a browser asks if a page may send this method with the `wanted` headers."""
    headers = {"origin": PAGE, "access-control-request-method": method, "access-control-request-headers": wanted}
    return Request("OPTIONS", path, "nobody", headers=tuple(headers.items()))
