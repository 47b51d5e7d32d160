"""A seed in a file, YAML or JSON, its mistakes told with their lines."""

from pathlib import Path
from typing import Any

from fake_server.contract.openapi import read_yaml, validator
from fake_server.contract.validation_messages import explained, steps
from fake_server.contract.yaml_file import read_written
from fake_server.domain.assistants import Organization
from fake_server.storage.seed import HOUSE, Seed, SeedMistake, read_seed

DESCRIPTION = Path(__file__).parents[1] / "control" / "control.yaml"


def read_seed_file(path: Path, born: int, house: Organization = HOUSE) -> Seed:
    """`born` is when its assistants are made, in Unix seconds, `house` as in read_seed. Raises FileMistake."""
    written = read_written(path)
    try:
        return checked(written.value, born, house)
    except SeedMistake as mistake:
        raise written.mistake(mistake.path, mistake.message) from None


def checked(given: Any, born: int, house: Organization) -> Seed:
    """Raises SeedMistake."""
    document = read_yaml(DESCRIPTION)
    schema = validator(document, document["components"]["schemas"]["Seed"])
    if not isinstance(given, dict):
        raise SeedMistake("Give an object with a list 'organizations'.")
    for error in schema.iter_errors(given):
        raise SeedMistake(explained(error)[1], *steps(error))
    return read_seed(given, born, house)
