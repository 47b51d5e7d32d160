"""Wrong answers to a page: the preflight allows it, and the answer itself does not."""

from __future__ import annotations

from aiohttp import web

from fake_server.fake import Fake
from self_tests.wrong.wrong_server import responding, wrong

ALLOW = "access-control-allow-origin"


@wrong("browser/preflight", each=["missing", "another page"])
def the_origin_that_an_answer_allows_is(fake: Fake, what: str) -> None:
    """Only the preflight's own handler sets the header."""

    def change(response: web.Response) -> None:
        hide(response)
        if what == "another page":
            response.headers[ALLOW] = "https://other.example"

    responding(fake, change, lambda request, _: request.method != "OPTIONS")


@wrong("browser/preflight", each=[200, 404])
def no_origin_is_allowed_by_an_answer_of(fake: Fake, status: int) -> None:
    """The middleware that sets the header does not see errors, or sees nothing else."""
    responding(fake, hide, lambda request, answered: request.method != "OPTIONS" and answered == status)


def hide(response: web.Response) -> None:
    response.headers.popall(ALLOW, None)
