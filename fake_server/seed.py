"""What a new fake holds: two organizations, and three keys that a person can type."""

from dataclasses import replace
from typing import Any

from fake_server.assistants import Key, Organization, Project
from fake_server.store import Store

ORGANIZATIONS = [Organization("org-acme", "Acme", "ragen", 1.0), Organization("org-globex", "Globex", "ragen", 1.0)]
KEYS = [
    Key("sk-fake-primary", "primary", "org-acme", "acme-support"),
    Key("sk-fake-sibling", "sibling", "org-acme", "acme-research"),
    Key("sk-fake-foreign", "foreign", "org-globex", "globex-sales"),
]
TITLES = {"acme-support": "Acme Support", "acme-research": "Acme Research", "globex-sales": "Globex Sales"}


def plant(store: Store, **defaults: Any) -> None:
    """Each key's bound project is made with it; `defaults` are the organizations' own. Raises DataFileError."""
    organizations = [replace(each, **defaults) for each in ORGANIZATIONS]
    born = int(store.now())
    projects = [Project(key.project, key.organization, TITLES[key.project], None, born) for key in KEYS]
    store.plant(organizations, KEYS, projects)
