"""Calls that run at the same time, and a page in a browser."""

from contract_tests.generators.session import Play, step
from contract_tests.http import operations
from contract_tests.http.messages import Request

AT_ONCE = 8
SDK_HEADERS = (
    "authorization, content-type, openai-beta, x-stainless-arch, x-stainless-lang, x-stainless-os, "
    "x-stainless-package-version, x-stainless-retry-count, x-stainless-runtime, x-stainless-runtime-version, "
    "x-stainless-timeout"
)


@step("parallel/creates-all-kept", "create/ids-are-unique")
def creates_at_once(play: Play) -> None:
    """Creates at once make an assistant each, of equal names or not."""
    names = [play.mark("at once")] * 2 + [play.mark(f"at once {number}") for number in play.some(range(AT_ONCE - 2), 2)]
    play.together(lambda group: [operations.create({"name": name}, group=group) for name in names])
    play.walk()


@step("parallel/modifies-not-lost")
def modifies_at_once(play: Play) -> None:
    """Assistants modified at once all show their new name."""
    ids = [play.fresh() for _ in play.some(range(AT_ONCE), 3)]
    play.walk()
    for verb in (operations.modify, operations.patch):
        play.together(
            lambda group, verb=verb: [  # type: ignore[misc]  # mypy: a default binds the verb
                verb(id, {"name": play.mark("at once")}, group=group) for id in ids
            ]
        )
        play.walk()
        for id in ids:
            play.read(id)


@step("browser/preflight")
def a_page_asks_first(play: Play) -> None:
    """A browser may send what the JavaScript SDK sends, by every method."""
    play.walk()
    for method, path in (
        ("GET", "/assistants"),
        ("POST", "/assistants"),
        ("PATCH", "/assistants/asst-any"),
        ("DELETE", "/assistants/asst-any"),
    ):
        play.send(preflight(method, path))


def preflight(method: str, path: str, asked: str = SDK_HEADERS) -> Request:
    """What a browser asks before it lets a page send this, with the headers `asked` for."""
    headers = {
        "origin": "https://app.example",
        "access-control-request-method": method,
        "access-control-request-headers": asked,
    }
    return Request("OPTIONS", path, "nobody", headers=tuple(headers.items()))
