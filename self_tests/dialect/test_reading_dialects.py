"""The fake with a dialect for each reading of the second implementation: the suite gives both the same verdicts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx2
import jsonschema_rs
import pytest

from contract_tests.http import own_fake
from contract_tests.http.target import Clock, Target
from contract_tests.requirements import catalogue
from contract_tests.runs.full_run import Run
from fake_server.compose import compose
from fake_server.domain.assistants import assistant_id
from fake_server.http.server import serve
from fake_server.storage import seed
from self_tests.cases import sampled
from self_tests.doubles.reading_dialects import dialect_for
from self_tests.doubles.readings import READINGS
from self_tests.doubles.second_server import Served
from self_tests.suite.test_contract import resolved
from self_tests.suite.test_right_servers import NOT_THE_LIMITER, TOUR, broken, expected, shuffled, target

# Rules judge other answers here, by the same code as in make contract.
pytestmark = pytest.mark.any_python


@contextmanager
def fake_with(name: str, clock: Clock, rate_limit: int | None = None) -> Iterator[Target]:
    """The fake with the free choices of this reading."""
    primary, sibling, foreign = seed.KEYS
    with serve(compose(rate_limit=rate_limit, now=clock.now, dialect=dialect_for(READINGS[name]))) as url:
        bound, expendable = assistant_id(primary.project), assistant_id(sibling.project)
        served = Served(url, primary.secret, sibling.secret, foreign.secret, bound, expendable)
        yield replace(target(served, rate_limit or 0), clock=clock)


@pytest.mark.parametrize("name", sampled(sorted(READINGS), 9))
def test_a_reading_is_a_dialect(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each MUST passes. Each SHOULD that the reading does not follow warns. The order of the steps does not matter."""
    shuffled(monkeypatch, f"the dialect {name}")

    with fake_with(name, own_fake.held_clock()) as fake:
        verdicts = Run(fake, TOUR, NOT_THE_LIMITER).judge().verdicts

    assert broken(verdicts) == expected(name)


@pytest.mark.parametrize("name", ["default", "per_ip", "fixed_window", "ragen"])
def test_a_limiter_is_a_dialect(name: str) -> None:
    """A limiter by key or by address, with a sliding or a fixed window, passes."""
    with fake_with(name, own_fake.held_clock(), 20) as limited:
        verdicts = Run(limited, TOUR, lambda id: id.startswith("rate/")).judge().verdicts

    assert broken(verdicts) == {}


# The key, the method, the end of the path below /assistants, and the body. "{id}" is a new assistant.
CALLS: list[tuple[str, str, str, Any]] = [
    ("primary", "GET", "", None),
    ("primary", "POST", "", {"name": "Bot", "instructions": ""}),
    ("primary", "GET", "/{id}", None),
    ("primary", "POST", "/{id}", {"instructions": ""}),
    ("primary", "PATCH", "/{id}", {"name": "Patched"}),
    ("primary", "POST", "", {}),
    ("primary", "GET", "/asst-nothing", None),
    ("foreign", "GET", "/{id}", None),
    ("nobody", "GET", "/{id}", None),
    ("primary", "DELETE", "/{id}", None),
]


@pytest.mark.parametrize("name", READINGS)
def test_openapi_describes_each_answer(name: str) -> None:
    """openapi.yaml has the status and the schema of each answer: no schema states the choice of one server."""
    with fake_with(name, own_fake.held_clock()) as fake, httpx2.Client(trust_env=False, verify=False) as client:
        keys = {"nobody": "sk-nobody", **fake.keys}
        headers = {label: {"Authorization": f"Bearer {key}"} for label, key in keys.items()}
        url = f"{fake.base_url}/assistants"
        id = client.post(url, headers=headers["primary"], json={"name": "Bot"}).json()["id"]

        for key, method, path, body in CALLS:
            answer = client.request(method, url + path.format(id=id), headers=headers[key], json=body)
            jsonschema_rs.validate(described(method, path, answer.status_code), answer.json())


def described(method: str, path: str, status: int) -> dict[str, Any]:
    """The schema of an answer. Raises KeyError for a status that openapi.yaml does not have."""
    document = catalogue.document()
    item = document["paths"]["/assistants/{assistant_id}" if path else "/assistants"]
    answer = resolved(item[method.lower()]["responses"][str(status)])
    return {**answer["content"]["application/json"]["schema"], "components": document["components"]}
