"""Seed files in YAML or JSON; an error names its line."""

from pathlib import Path
from typing import Any

from fake_server.contract.openapi import build_validator
from fake_server.contract.validation_messages import describe_error, path_to_field
from fake_server.contract.yaml_file import load_yaml_file
from fake_server.domain.assistants import Organization
from fake_server.edition import Edition, load_edition
from fake_server.storage.control_document import load_control_document
from fake_server.storage.seed import DEFAULTS, Seed, SeedError, parse_seed


def load_seed_file(
    path: Path, created_at: int, defaults: Organization = DEFAULTS, edition: Edition | None = None
) -> Seed:
    """`created_at` is the time of its assistants; for `defaults` and `edition` see parse_seed. Raises YamlFileError."""
    file = load_yaml_file(path)
    try:
        return _parse_checked(file.value, created_at, defaults, edition or load_edition())
    except SeedError as error:
        raise file.error_at(error.path, error.message) from None


def _parse_checked(value: Any, created_at: int, defaults: Organization, edition: Edition) -> Seed:
    """Raises SeedError."""
    document = load_control_document(edition)
    schema = build_validator(document, document["components"]["schemas"]["Seed"])
    if not isinstance(value, dict):
        raise SeedError("A seed must be an object with a list 'organizations'.")
    for error in schema.iter_errors(value):
        raise SeedError(describe_error(error)[1], *path_to_field(error))
    return parse_seed(value, created_at, defaults, edition)
