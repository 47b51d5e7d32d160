"""The paths that the client sends."""

from contract_tests.http.client import Client
from contract_tests.http.messages import Request
from contract_tests.http.target import Target
from fake_server.storage import seed


def test_a_path_with_letters_of_any_script_is_encoded(base_url: str) -> None:
    """An id of a target may have such letters. The call is sent, and everything else in the path stays as it is."""
    client = Client(Target(base_url, {"primary": seed.KEYS[0].secret}))

    exchange = client.send(Request("GET", "/assistants/asst-日本語%zz"))

    assert exchange.response.status == 404
