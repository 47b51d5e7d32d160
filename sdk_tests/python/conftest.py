"""The fixtures of the tests: the target, and the clients that call it. Created assistants are deleted."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import closing

import pytest
from openai.types.beta import Assistant

from contract_tests.http import openapi, printable_text
from contract_tests.http.openapi import CONSTANT, ORGANIZATION, ignored_names
from contract_tests.http.secrets import Secrets
from contract_tests.http.target import Target, from_environment
from sdk_tests.clients import AsyncClient, Client, Maker, held
from sdk_tests.open_clients import PLAIN, Clients
from sdk_tests.run import GUARD, KINDS, OBSERVE, ONCE, SEED, TARGET, TESTS, requirements_of
from sdk_tests.wire import Wire, on


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "requirement(*ids): what the test proves of the server")
    config.addinivalue_line("markers", "each(requirement, cases): a test for each case, whose id replaces {}")
    config.addinivalue_line("markers", "sdk_fact: what the test proves of the SDK")
    config.addinivalue_line("markers", "kinds(*kinds): the clients that can make the test's calls, where not all can")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "kind" in metafunc.fixturenames:
        able = metafunc.definition.get_closest_marker("kinds")
        wanted = metafunc.config.stash.get(KINDS, PLAIN)
        kinds = [kind for kind in wanted if not able or kind in able.args]
        metafunc.parametrize("kind", kinds[:1] if metafunc.config.stash.get(ONCE, False) else kinds, scope="module")
    if each := metafunc.definition.get_closest_marker("each"):
        requirement, cases = each.args
        rows = [
            pytest.param(
                case.field, case.value, id=case.field, marks=pytest.mark.requirement(requirement.format(case.id))
            )
            for case in cases()
        ]
        metafunc.parametrize(("field", "value"), rows)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = [item for item in items if item.path.parent != TESTS or is_in_edition(item)]
    # This is a mark, not a setting, because these tests may be collected beside others. The SDK deprecates every call
    # of ours.
    exempt = pytest.mark.filterwarnings("error", "ignore:deprecated$:DeprecationWarning")
    for item in items:
        if item.path.parent == TESTS:
            item.add_marker(exempt)


def is_in_edition(item: pytest.Item) -> bool:
    """False for a test of another edition's requirement, and for a test without any case in this edition."""
    requirements = requirements_of(item)
    return openapi.requirements().issuperset(requirements) and bool(requirements or item.get_closest_marker("sdk_fact"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Masks the keys in a report: a traceback shows arguments, and a server may repeat a key."""
    report = yield
    if report.failed and TARGET in item.config.stash:
        masked = Secrets(item.config.stash[TARGET]).mask(str(report.longrepr))
        report.longrepr = printable_text.escape(masked, keep="\n\t")
    return report


@pytest.fixture(scope="session")
def target(pytestconfig: pytest.Config) -> Iterator[Target]:
    """The target that `judge` was given, or else the environment's, or else our fake."""
    if TARGET in pytestconfig.stash:
        yield pytestconfig.stash[TARGET]
    elif "ASSISTANTS_BASE_URL" in os.environ:
        yield pytestconfig.stash.setdefault(TARGET, from_environment(os.environ["ASSISTANTS_BASE_URL"]))
    else:
        from contract_tests.http import own_fake  # here, because only this case needs the fake to be installed

        with own_fake.fake() as fake:
            yield pytestconfig.stash.setdefault(TARGET, fake)


@pytest.fixture(scope="session")
def clients(target: Target, pytestconfig: pytest.Config) -> Iterator[Clients]:
    guard = pytestconfig.stash.get(GUARD, None)
    clients = Clients(target, guard, pytestconfig.stash.get(OBSERVE, None))
    if guard is None:
        clients.look_around()
    yield clients
    clients.close()


TYPICAL = {"id": "asst-x", "object": "assistant", "created_at": 1, "model": "any", "tools": []}


@pytest.fixture(scope="session")
def tag(pytestconfig: pytest.Config) -> str:
    return f"sdk-{pytestconfig.stash.get(SEED, 1)}"


@pytest.fixture(scope="module")
def client(clients: Clients, kind: str, request: pytest.FixtureRequest) -> Client:
    if kind == "strict":
        request.getfixturevalue("strict")  # skips if a strict client can parse nothing
    return clients.with_key_of("primary", kind)


@pytest.fixture(scope="module")
def strict(clients: Clients, kind: str) -> Client:
    """A client that raises if an answer does not match the SDK's types.

    The service is free to choose its constants. The test is skipped if they do not match these types.
    """
    page = held(clients.with_key_of("primary", "sync").page(limit=1))
    free = ignored_names(CONSTANT, ORGANIZATION)
    constants = {name: value for name, value in (page[0].to_dict() if page else {}).items() if name in free}
    try:
        Assistant.model_validate({**TYPICAL, **constants})
    except ValueError:
        pytest.skip("the service's constants, which it is free to choose, are beyond the SDK's types")
    return clients.with_key_of("primary", kind, strict=True)


@pytest.fixture(scope="module")
def sibling(clients: Clients, kind: str) -> Client:
    """Another key of the organization."""
    return clients.with_key_of("sibling", kind)


@pytest.fixture(scope="module")
def foreign(clients: Clients, kind: str) -> Client:
    """A key of another organization."""
    return clients.with_key_of("foreign", kind)


@pytest.fixture(scope="module")
def stranger(clients: Clients, kind: str) -> Client:
    """A key that nobody was given."""
    return clients.stranger(kind)


@pytest.fixture
def parallel(client: Client) -> AsyncClient:
    """The async client, which alone can make calls in parallel."""
    assert isinstance(client, AsyncClient)
    return client


@pytest.fixture(scope="session")
def bound_id(clients: Clients) -> str:
    """The assistant that the primary key is bound to."""
    return clients.bound_id()


@pytest.fixture
def make(client: Client, tag: str, request: pytest.FixtureRequest) -> Iterator[Maker]:
    """Creates assistants with a name of their own."""
    with Maker(client, tag, request.node.name) as maker:
        yield maker


@pytest.fixture
def mine(make: Maker) -> Assistant:
    return make(instructions="Answer in French.")


@pytest.fixture
def wire(line: list[Wire]) -> Wire:
    line[:] = [Wire()]
    return line[0]


@pytest.fixture(scope="module")
def line() -> list[Wire]:
    """The wire of the current test. The tests share clients, because it takes longer to open a client than to run a
    test.
    """
    return []


@pytest.fixture(scope="module")
def sdk(line: list[Wire], kind: str) -> Iterator[Client]:
    with closing(on(line, kind)) as client:
        yield client
