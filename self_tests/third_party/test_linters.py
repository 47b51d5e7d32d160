"""The linters of `make check` can fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract_tests.requirements import catalogue
from self_tests.third_party.linters import FOLDER, LINTERS, lint

pytestmark = pytest.mark.skipif(
    not (FOLDER / "installed").exists(), reason="Redocly and Spectral are not installed here: make check"
)


@pytest.mark.parametrize("name", LINTERS)
def test_a_linter_finds_an_example_that_breaks_its_schema(name: str, tmp_path: Path) -> None:
    """A copy of openapi.yaml in which one example has a number for a text is refused."""
    contract = catalogue.location().read_text(encoding="utf-8")
    copy = tmp_path / "openapi.yaml"
    copy.write_text(contract.replace("param: null, code: invalid_api_key", "param: 7, code: invalid_api_key"))

    found = lint(name, str(copy))

    assert "param" in found
