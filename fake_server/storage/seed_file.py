"""Seed files in YAML or JSON; an error names its line."""

from pathlib import Path
from typing import Any

from fake_server.contract.openapi import build_validator, load_yaml
from fake_server.contract.validation_messages import describe_error, path_to_field
from fake_server.contract.yaml_file import load_yaml_file
from fake_server.domain.assistants import Organization
from fake_server.storage.seed import DEFAULTS, Seed, SeedError, parse_seed

CONTROL_YAML = Path(__file__).parents[1] / "control" / "control.yaml"


def load_seed_file(path: Path, created_at: int, defaults: Organization = DEFAULTS) -> Seed:
    """`created_at` is the time of its assistants; for `defaults` see parse_seed. Raises YamlFileError."""
    file = load_yaml_file(path)
    try:
        return _parse_checked(file.value, created_at, defaults)
    except SeedError as error:
        raise file.error_at(error.path, error.message) from None


def _parse_checked(value: Any, created_at: int, defaults: Organization) -> Seed:
    """Raises SeedError."""
    document = load_yaml(CONTROL_YAML)
    schema = build_validator(document, document["components"]["schemas"]["Seed"])
    if not isinstance(value, dict):
        raise SeedError("A seed must be an object with a list 'organizations'.")
    for error in schema.iter_errors(value):
        raise SeedError(describe_error(error)[1], *path_to_field(error))
    return parse_seed(value, created_at, defaults)
