"""The texts that a fake prints when it starts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from fake_server.contract.editions import PAGE
from fake_server.control import PREFIX
from fake_server.domain.assistants import Key

if TYPE_CHECKING:
    # At run time it would load the storage, which --help does not need.
    from fake_server.fake import Fake

# Keys that the greeting names. A seed may have thousands.
MOST_KEYS = 20


def _page_url(fake: Fake, url: str) -> str:
    return f"{url.removesuffix(fake.contract.prefix)}{PREFIX}/"


def print_json(fake: Fake, url: str, control: bool) -> None:
    """The URL, the keys and their assistants as one line of JSON."""
    keys: dict[str, Key] = {}
    for key in fake.store.all_keys():
        # Two organizations of a data file or a seed may have keys with the same label.
        keys[f"{key.organization}/{key.label}" if key.label in keys else key.label] = key
    bound_ids = {name: fake.edition.assistant_id(key.project) for name, key in keys.items()}
    ready = {
        "url": url,
        "control": _page_url(fake, url) if control else None,
        "keys": {name: key.secret for name, key in keys.items()},
        "bound_id": bound_ids.get("primary"),
        "expendable_id": bound_ids.get("sibling"),
    }
    click.echo(json.dumps(ready))


def print_greeting(fake: Fake, url: str, control: bool, dialect: str) -> None:
    """The URL, the limit, the dialect, the keys and their assistants for a person. The page's edition needs no name."""
    limit = fake.limiter.limit
    off = "" if limit is None else "; --rate-limit off removes the limit"
    edition = "" if fake.edition.name == PAGE else f" Edition: {fake.edition.name}."
    click.echo(f"The fake listens at {click.style(url, bold=True)}. Stop it with Ctrl-C.")
    click.echo(f"Limit: {fake.limiter.describe(limit)}{off}. Dialect: {dialect}.{edition}\n")
    if control:
        click.echo(f"Open the page to see and change its data: {click.style(_page_url(fake, url), bold=True)}\n")
    keys = fake.store.all_keys()
    for key in keys[:MOST_KEYS]:
        organization = fake.store.organization(key.organization).name
        bound = fake.edition.assistant_id(key.project)
        click.echo(f"  {key.secret}  ({key.label} key of {organization}, bound to {bound})")
    if len(keys) > MOST_KEYS:
        click.echo(f"  and {len(keys) - MOST_KEYS:,} more keys")
    if keys:
        insecure = "-k " if url.startswith("https:") else ""
        click.echo(f"\nTry: curl {insecure}{url}/assistants -H 'Authorization: Bearer {keys[0].secret}'")
