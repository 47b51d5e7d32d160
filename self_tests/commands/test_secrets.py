"""No form of a key leaves the client, and every text is masked by one value."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from contract_tests.http.secrets import Secrets
from contract_tests.http.target import Target

KEY, LONGER = 'sk-a/b+"c', 'sk-a/b+"cd'
VARIABLE = "$ASSISTANTS_API_KEY"


@pytest.fixture
def secrets() -> Secrets:
    return Secrets(Target("http://127.0.0.1/v1", {"primary": KEY, "sibling": LONGER}))


@pytest.mark.parametrize(
    "form",
    [
        KEY,
        json.dumps(KEY)[1:-1],
        json.dumps(KEY)[1:-1].replace("/", "\\/"),
        "".join(f"\\u{ord(char):04X}" for char in KEY),
        json.dumps(json.dumps(KEY))[3:-3],
        quote(KEY, safe=""),
        base64.b64encode(KEY.encode()).decode(),
        base64.b64encode(f"{KEY}:".encode()).decode(),
    ],
)
def test_a_key_is_masked_in_each_form(secrets: Secrets, form: str) -> None:
    """As text and as bytes, in a list, and as a name."""
    assert secrets.mask(f"told {form}!") == f"told {VARIABLE}!"
    assert secrets.mask_bytes(b"\xff" + form.encode()) == b"\xff" + VARIABLE.encode()
    assert secrets.mask_texts([{form: (form, 1, None)}]) == [{VARIABLE: [VARIABLE, 1, None]}]


def test_the_longer_of_two_keys_goes_first(secrets: Secrets) -> None:
    """No end of it is left."""
    assert secrets.mask(f"{LONGER} {KEY}") == f"$ASSISTANTS_SIBLING_API_KEY {VARIABLE}"


def test_a_text_without_a_key_stays(secrets: Secrets) -> None:
    """Escapes and signs of percent are no key."""
    text = 'C:\\sk\\new 100%25 \\u0073\\u006b \\\\"'

    assert secrets.mask(text) == text


@pytest.mark.parametrize("key", ["a", "name", "test", "assistant", "instructions"])
def test_a_common_word_is_not_masked(key: str) -> None:
    """A short key, or a key that is a word of the contract, stays: otherwise the answers would be changed."""
    secrets = Secrets(Target("http://127.0.0.1/v1", {"primary": key}))

    assert secrets.mask('{"name": "a test assistant", "instructions": null}') == (
        '{"name": "a test assistant", "instructions": null}'
    )
