"""Wrong servers for keys: they take a key that is nearly a good one, or a good key in the wrong place."""

from __future__ import annotations

from collections.abc import Callable

from contract_tests.http.operations import CREATE, LIST, RETRIEVE
from fake_server.domain.assistants import Key
from fake_server.fake import Fake
from fake_server.storage.seed import KEYS
from self_tests.wrong.page.auth import header
from self_tests.wrong.wrong_server import around, letting_in, operation_of, wrong

UNKNOWN, OTHER = "auth/unknown-key-refused", "auth/other-scheme-refused"
PRIMARY = KEYS[0].secret

# True if the given key is taken for the stored key.
COMPARED: dict[str, Callable[[str, str], bool]] = {
    "in any case": lambda given, key: given.lower() == key.lower(),
    "by its beginning": lambda given, key: given.startswith(key),
    "by the beginning of the stored key": lambda given, key: len(given) > 8 and key.startswith(given),
    "up to the shorter of the two": lambda given, key: all(
        one == other for one, other in zip(given, key, strict=False)
    ),
    "by its first twelve letters": lambda given, key: given[:12] == key[:12],
    "by its length and its first letters": lambda given, key: len(given) == len(key) and given[:9] == key[:9],
    "without its last part": lambda given, key: given == key.rpartition("-")[0] + "-" or given == "sk-fake",
    "as a part of what was given": lambda given, key: key in given,
    "but for its last letter": lambda given, key: given[:-1] == key[:-1] or given == key[:-1],
}


@wrong(UNKNOWN, each=COMPARED)
def a_key_is_compared(fake: Fake, how: str) -> None:
    def find(old: Callable[[str], Key | None], given: str) -> Key | None:
        return old(given) or next((old(key.secret) for key in KEYS if COMPARED[how](given, key.secret)), None)

    around(fake.store, "key", find)


@wrong(UNKNOWN)
def a_property_of_an_object_is_a_key(fake: Fake) -> None:
    """A program in JavaScript looks a key up in a plain object."""
    around(fake.store, "key", lambda old, given: old(PRIMARY if given == "constructor" else given))


@wrong("errors/never-5xx")
def a_property_of_an_object_as_a_key_crashes(fake: Fake) -> None:
    def find(old: Callable[[str], Key | None], given: str) -> Key | None:
        if given == "constructor":
            raise RuntimeError
        return old(given)

    around(fake.store, "key", find)


@wrong(UNKNOWN, each=[LIST, RETRIEVE, CREATE])
def a_key_in_any_case_opens(fake: Fake, operation: str) -> None:
    letting_in(
        fake,
        lambda request: (
            header(request) != f"Bearer {PRIMARY}"
            and header(request).lower() == f"bearer {PRIMARY}".lower()
            and operation_of(request) == operation
        ),
    )


@wrong(UNKNOWN, each=["api_key", "key", "access_token", "token"])
def a_key_in_the_query_is_taken_as(fake: Fake, name: str) -> None:
    letting_in(fake, lambda request: not header(request) and request.query.get(name) == PRIMARY)


@wrong(UNKNOWN)
def a_key_in_the_query_opens_the_list_alone(fake: Fake) -> None:
    """The list is a page for a browser too."""
    letting_in(fake, lambda request: request.query.get("key") == PRIMARY and operation_of(request) == LIST)


@wrong(UNKNOWN, each=["X-Api-Key", "Api-Key", "OpenAI-Api-Key"])
def a_key_is_taken_from_the_header(fake: Fake, name: str) -> None:
    letting_in(fake, lambda request: not header(request) and request.headers.get(name) == PRIMARY)


@wrong(OTHER)
def the_scheme_token_is_as_good_as_bearer(fake: Fake) -> None:
    letting_in(fake, lambda request: header(request) == f"Token {PRIMARY}")


@wrong("auth/refused-changes-nothing", each=["near", "in a header"])
def a_write_with_a_key_is_done_and_refused(fake: Fake, where: str) -> None:
    """The guard looks at the answer."""
    letting_in(
        fake,
        lambda request: (
            header(request).lower() == f"bearer {PRIMARY}x"
            if where == "near"
            else request.headers.get("X-Api-Key") == PRIMARY
        ),
        and_refuse=True,
    )
