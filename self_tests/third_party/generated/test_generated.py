"""Clients and models that other tools generate from openapi.yaml read each legal reading of the contract."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from fake_server.compose import compose
from fake_server.http.server import serve
from fake_server.storage import seed
from self_tests.doubles.reading_dialects import dialect_for
from self_tests.doubles.readings import READINGS
from self_tests.third_party.generated.tools import (
    HERE,
    NODE,
    PYTHON,
    compile_program,
    generate_client,
    generate_models,
    is_installed,
    python,
    run,
)

pytestmark = pytest.mark.any_python

KEY = seed.KEYS[0].secret
with_python = pytest.mark.skipif(
    not is_installed(PYTHON), reason="The generators of Python are not installed here: make generators"
)
with_node = pytest.mark.skipif(
    not is_installed(NODE), reason="The generators of TypeScript are not installed here: make generators"
)


@pytest.fixture(scope="module")
def services() -> Iterator[list[str]]:
    """The base URLs of the fake with its own choices, and with those of each reading."""
    dialects = [{}, *(dialect_for(reading) for reading in READINGS.values())]
    with ExitStack() as stack:
        yield [stack.enter_context(serve(compose(rate_limit=None, dialect=dialect))) for dialect in dialects]


@with_python
def test_a_client_of_openapi_python_client_works(services: list[str], tmp_path: Path) -> None:
    """Its six operations answer their types, and a refusal is an Error, whatever the service chose."""
    generate_client(tmp_path)

    done = python("python", "-P", str(HERE / "client.py"), KEY, *services, modules=tmp_path)

    assert done == f"{len(services)}\n"


@with_python
def test_models_of_datamodel_code_generator_read_every_answer(services: list[str], tmp_path: Path) -> None:
    """The models of pydantic read the answers of all six operations and a refusal, whatever the service chose."""
    generate_models(tmp_path)

    done = python("python", "-P", str(HERE / "models.py"), KEY, *services, modules=tmp_path)

    assert done == f"{len(services)}\n"


@with_node
def test_types_of_openapi_typescript_fit_a_program(services: list[str]) -> None:
    """tsc accepts metadata as a map and refuses wrong values, and the program works, whatever the service chose."""
    with TemporaryDirectory(prefix="program-", dir=NODE) as folder:
        program = compile_program(Path(folder))
        done = run(NODE, "node", str(program), KEY, *services)

    assert done == f"{len(services)}\n"
