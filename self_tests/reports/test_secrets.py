"""No form of a key leaves the client, and every text is masked by one value."""

from __future__ import annotations

import pytest

from contract_tests.http.secrets import Secrets, unmaskable
from contract_tests.http.target import Target
from self_tests.command_run import run_once
from self_tests.doubles.hostile_texts import forms_of

KEY, LONGER = 'sK-a/B+"c>?D9', 'sK-a/B+"c>?D9e'
VARIABLE = "$ASSISTANTS_API_KEY"


@pytest.fixture
def secrets() -> Secrets:
    return Secrets(Target("http://127.0.0.1/v1", {"primary": KEY, "sibling": LONGER}))


FORMS = forms_of(KEY)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_key_is_masked_in_each_form(secrets: Secrets, form: str) -> None:
    """As text and as bytes, in a list, and as a name."""
    assert secrets.mask(f"told {form}!") == f"told {VARIABLE}!"
    assert secrets.mask_bytes(b"\xff" + form.encode() + b"\xff") == b"\xff" + VARIABLE.encode() + b"\xff"
    assert secrets.mask_texts([{form: (form, 1, None)}]) == [{VARIABLE: [VARIABLE, 1, None]}]


@pytest.mark.parametrize("key", ["sk-live-123x", "sk-live-123%", "u0075-%25-&amp;-x", "SK_LIVE_0001", "%%%%%%%%"])
@pytest.mark.parametrize("name", FORMS)
def test_a_key_that_ends_like_an_escape_is_masked_whole(key: str, name: str) -> None:
    """The x of \\x78 and the sign of %25 are parts of escapes, and nothing of an escape is left."""
    secrets = Secrets(Target("http://127.0.0.1/v1", {"primary": key}))

    assert secrets.mask(f"told {forms_of(key)[name]} !") == f"told {VARIABLE} !"


def test_utf_16_is_masked(secrets: Secrets) -> None:
    """A body in UTF-16 has zeros between the characters of a key."""
    body = secrets.mask_bytes(f"told {KEY}!".encode("utf-16-le"))

    assert KEY.encode("utf-16-le")[:-1] not in body


def test_a_header_is_masked_in_its_name_too(secrets: Secrets) -> None:
    """Header names are in lower case afterwards, and a key in a name is masked all the same."""
    assert secrets.mask_headers({f"X-{KEY}": KEY}) == {f"x-{VARIABLE}": VARIABLE}


def test_the_longer_of_two_keys_goes_first(secrets: Secrets) -> None:
    """No end of it is left."""
    assert secrets.mask(f"{LONGER} {KEY}") == f"$ASSISTANTS_SIBLING_API_KEY {VARIABLE}"


def test_a_text_without_a_key_stays(secrets: Secrets) -> None:
    """Escapes and signs of percent are no key."""
    text = 'C:\\sk\\new 100%25 \\u0073\\u006b \\\\"'

    assert secrets.mask(text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("deadbeef", VARIABLE),
        ("Bearer%20deadbeef", f"Bearer%20{VARIABLE}"),
        ('{"key":"\\ndeadbeef"}', f'{{"key":"\\n{VARIABLE}"}}'),
        ("asst-deadbeef-01", "asst-deadbeef-01"),
        ("deadbeefs", "deadbeefs"),
    ],
)
def test_a_short_key_is_masked_as_a_whole_value(text: str, masked: str) -> None:
    """Other words and ids may contain a short key by chance. They stay as they are."""
    secrets = Secrets(Target("http://127.0.0.1/v1", {"primary": "deadbeef"}))

    assert secrets.mask(text) == masked


@pytest.mark.parametrize("key", ["a", "name", "test", "assistant", "instructions"])
def test_a_common_word_is_not_masked(key: str) -> None:
    """A short key, or a key that is a word of the contract, stays: otherwise the answers would be changed. The user is
    told."""
    target = Target("http://127.0.0.1/v1", {"primary": key})
    text = '{"name": "a test assistant", "instructions": null}'

    assert Secrets(target).mask(text) == text
    assert unmaskable(target) == ["ASSISTANTS_API_KEY"]


def test_a_part_of_a_key_that_is_a_common_word_is_not_masked() -> None:
    """The beginning of a key may be a word of the contract, such as `assistants`, which the answers may have."""
    secrets = Secrets(Target("http://127.0.0.1/v1", {"primary": "assistants-9f3a77c2"}))

    assert secrets.mask("/v1/assistants has assistants-9f3a77c2") == f"/v1/assistants has {VARIABLE}"


@pytest.mark.parametrize("key", ["secret7", "instructions"])
def test_a_key_that_cannot_be_masked_is_a_warning_on_this_machine(key: str) -> None:
    """The run goes on, and the warning names the variable, not the key."""
    ran = run_once("run", "http://127.0.0.1:9/v1", ASSISTANTS_API_KEY=key)
    warning, closed = ran.err.splitlines()

    assert warning.startswith("Warning: ASSISTANTS_API_KEY: ")
    assert "accepts no connection" in closed
    assert key not in ran.out + ran.err
