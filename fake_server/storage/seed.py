"""The content of a new fake. By default: two organizations, and three keys that a person can type."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from fake_server.domain.assistants import Key, Organization, Project
from fake_server.domain.errors import InvalidParameter
from fake_server.edition import Edition, load_edition
from fake_server.storage.file_format import Row, Tables

# The values of an organization that gives no values of its own.
DEFAULTS = Organization("", "", "ragen", 1.0)
ORGANIZATIONS = [replace(DEFAULTS, id="org-acme", name="Acme"), replace(DEFAULTS, id="org-globex", name="Globex")]
KEYS = [
    Key("sk-fake-primary", "primary", "org-acme", "acme-support"),
    Key("sk-fake-sibling", "sibling", "org-acme", "acme-research"),
    Key("sk-fake-foreign", "foreign", "org-globex", "globex-sales"),
]
TITLES = {"acme-support": "Acme Support", "acme-research": "Acme Research", "globex-sales": "Globex Sales"}

# The keys of an organization that lists no keys.
DEFAULT_KEYS = [{"label": "primary"}, {"label": "sibling"}]


class Seed(NamedTuple):
    """The organization and the project of each key are in the seed too."""

    organizations: list[Organization]
    keys: list[Key]
    projects: list[Project]


class SeedError(InvalidParameter):
    """The value is not a seed; `path` has the keys that lead to the error."""

    def __init__(self, message: str, *path: str | int) -> None:
        super().__init__(message, ".".join(str(step) for step in path))
        self.path = path


def default_seed(created_at: int, defaults: Organization = DEFAULTS) -> Seed:
    organizations = [replace(defaults, id=each.id, name=each.name) for each in ORGANIZATIONS]
    projects = [Project(key.project, key.organization, TITLES[key.project], None, created_at) for key in KEYS]
    return Seed(organizations, KEYS, projects)


def parse_seed(
    given: Mapping[str, Any], created_at: int, defaults: Organization = DEFAULTS, edition: Edition | None = None
) -> Seed:
    """`given` must conform to the schema Seed (see load_control_document). `created_at` is the time of new assistants.

    `defaults` has the model and the temperature for organizations that give none. `edition` is the page's if it is
    not given. Raises SeedError.
    """
    seed = Seed([], [], [])
    seen: set[tuple[str, str]] = set()
    for place, each in enumerate(given["organizations"]):
        try:
            one = parse_organization(each, each.get("id", f"org-{place + 1}"), created_at, defaults, edition)
            seen |= check_names(one, seen.__contains__)
        except SeedError as error:
            raise SeedError(error.message, "organizations", place, *error.path) from None
        seed.organizations.extend(one.organizations)
        seed.keys.extend(one.keys)
        seed.projects.extend(one.projects)
    return seed


def parse_organization(
    given: Mapping[str, Any],
    id: str,
    created_at: int,
    defaults: Organization = DEFAULTS,
    edition: Edition | None = None,
) -> Seed:
    """A seed with one organization; `given` must conform to the schema SeedOrganization. Raises SeedError."""
    edition = edition or load_edition()
    short = id.removeprefix("org-")
    organization = Organization(
        id,
        given.get("name", short),
        given.get("model", defaults.model),
        given.get("temperature", defaults.temperature),
        given.get("instructions"),
    )
    seed = Seed([organization], [], [])
    for number, each in enumerate(given.get("assistants", ()), 1):
        project = edition.project_id(each.get("id", "")) or f"{short}-{number}"
        created = each.get("created_at", created_at)
        stored = edition.fields_from_create(each)
        fields = stored.get("fields")
        seed.projects.append(Project(project, id, stored["title"], stored.get("prompt"), created, fields))
    ours = {project.id for project in seed.projects}
    for number, each in enumerate(given.get("keys", DEFAULT_KEYS)):
        label = each["label"]
        project = edition.project_id(each.get("assistant", "")) or f"{short}-{label}"
        if "assistant" not in each:
            seed.projects.append(Project(project, id, f"{organization.name} {label}", None, created_at))
        elif project not in ours:
            message = f"The organization {id} has no assistant '{each['assistant']}', so no key can be bound to it."
            raise SeedError(message, "keys", number, "assistant")
        secret = each.get("secret", f"sk-fake-{short}-{label}")
        seed.keys.append(Key(secret, label, id, project, each.get("active", True)))
    return seed


def check_names(seed: Seed, exists: Callable[[tuple[str, str]], bool]) -> set[tuple[str, str]]:
    """The unique names in a seed with one organization, each with its table. Raises SeedError for a duplicate name."""
    seen: set[tuple[str, str]] = set()
    for table, value, path in _unique_names(seed):
        if (table, value) in seen or exists((table, value)):
            raise SeedError(f"'{value}' is already in use.", *path)
        seen.add((table, value))
    return seen


def _unique_names(seed: Seed) -> Iterator[tuple[str, str, tuple[str | int, ...]]]:
    """The names that must be unique, in a seed with one organization: table, value, and the path to the value."""
    for organization in seed.organizations:
        yield "organizations", organization.id, ("id",)
    for place, key in enumerate(seed.keys):
        yield "keys", key.secret, ("keys", place, "secret")
        yield "labels", f"{key.organization} {key.label}", ("keys", place, "label")
    for place, project in enumerate(seed.projects):
        yield "projects", project.id, ("assistants", place, "id")


def render_seed(tables: Tables, edition: Edition) -> dict[str, Any]:
    """The rows of the store as the schema Seed describes them."""
    keys, projects = (_rows_by_organization(tables[name]) for name in ("keys", "projects"))
    return {
        "organizations": [
            _render_organization(row, keys[row["id"]], projects[row["id"]], edition)
            for row in tables["organizations"].values()
        ]
    }


def _rows_by_organization(table: dict[str, Row]) -> defaultdict[str, list[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in table.values():
        found[row["organization"]].append(row)
    return found


def _render_organization(row: Row, keys: list[Row], projects: list[Row], edition: Edition) -> Row:
    ids = {project["id"] for project in projects}
    short = row["id"].removeprefix("org-")
    rendered = [_render_key(key, ids, short, edition) for key in keys]
    return row | {"keys": rendered, "assistants": [_render_assistant(project, edition) for project in projects]}


def _render_key(key: Row, projects: Collection[str], short: str, edition: Edition) -> Row:
    """A key whose assistant was deleted names none, so that the seed binds it to its default one."""
    bound = next((each for each in (key["project"], f"{short}-{key['label']}") if each in projects), None)
    rendered = {"label": key["label"], "secret": key["secret"], "active": key.get("active", True)}
    return rendered if bound is None else rendered | {"assistant": edition.assistant_id(bound)}


def _render_assistant(project: Row, edition: Edition) -> Row:
    return {
        "id": edition.assistant_id(project["id"]),
        "name": project["title"],
        "instructions": project["prompt"],
        "created_at": project["created_at"],
        **(project.get("fields") or {}),
    }
