"""What a new fake holds: two organizations, and three keys that a person can type, unless it is given others."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from fake_server.domain.assistants import Key, Organization, Project, assistant_id, project_id
from fake_server.domain.errors import InvalidParameter
from fake_server.storage.file_format import Row, Tables
from fake_server.storage.store import Store

# What an organization reads that is not told otherwise.
HOUSE = Organization("", "", "ragen", 1.0)
ORGANIZATIONS = [replace(HOUSE, id="org-acme", name="Acme"), replace(HOUSE, id="org-globex", name="Globex")]
KEYS = [
    Key("sk-fake-primary", "primary", "org-acme", "acme-support"),
    Key("sk-fake-sibling", "sibling", "org-acme", "acme-research"),
    Key("sk-fake-foreign", "foreign", "org-globex", "globex-sales"),
]
TITLES = {"acme-support": "Acme Support", "acme-research": "Acme Research", "globex-sales": "Globex Sales"}


# The keys of an organization that is given none.
PAIR = [{"label": "primary"}, {"label": "sibling"}]


class Seed(NamedTuple):
    """Each key's organization and project are among them."""

    organizations: list[Organization]
    keys: list[Key]
    projects: list[Project]


class SeedMistake(InvalidParameter):
    """What was given is no seed; `path` are the steps to what is wrong in it."""

    def __init__(self, message: str, *path: str | int) -> None:
        super().__init__(message, ".".join(str(step) for step in path))
        self.path = path


def default(born: int, house: Organization = HOUSE) -> Seed:
    organizations = [replace(house, id=each.id, name=each.name) for each in ORGANIZATIONS]
    projects = [Project(key.project, key.organization, TITLES[key.project], None, born) for key in KEYS]
    return Seed(organizations, KEYS, projects)


def plant(store: Store) -> None:
    """Raises DataFileError."""
    store.plant(*default(int(store.now())))


def read_seed(given: Mapping[str, Any], born: int, house: Organization = HOUSE) -> Seed:
    """From what keeps the schema Seed of control.yaml; `born` is when assistants are made, and `house` has the model
    and the temperature where none is given. Raises SeedMistake.
    """
    seed = Seed([], [], [])
    seen: set[tuple[str, str]] = set()
    for place, each in enumerate(given["organizations"]):
        try:
            one = read_organization(each, each.get("id", f"org-{place + 1}"), born, house)
            seen |= check_names(one, seen.__contains__)
        except SeedMistake as mistake:
            raise SeedMistake(mistake.message, "organizations", place, *mistake.path) from None
        seed = Seed(seed.organizations + one.organizations, seed.keys + one.keys, seed.projects + one.projects)
    return seed


def read_organization(given: Mapping[str, Any], id: str, born: int, house: Organization = HOUSE) -> Seed:
    """A seed of one, from what keeps the schema SeedOrganization. Raises SeedMistake."""
    short = id.removeprefix("org-")
    organization = Organization(
        id,
        given.get("name", short),
        given.get("model", house.model),
        given.get("temperature", house.temperature),
        given.get("instructions"),
    )
    seed = Seed([organization], [], [])
    for number, each in enumerate(given.get("assistants", ()), 1):
        project = project_id(each.get("id", "")) or f"{short}-{number}"
        made = each.get("created_at", born)
        seed.projects.append(Project(project, id, each["name"], each.get("instructions") or None, made))
    ours = {project.id for project in seed.projects}
    for number, each in enumerate(given.get("keys", PAIR)):
        label = each["label"]
        project = project_id(each.get("assistant", "")) or f"{short}-{label}"
        if "assistant" not in each:
            seed.projects.append(Project(project, id, f"{organization.name} {label}", None, born))
        elif project not in ours:
            message = f"The organization {id} has no assistant '{each['assistant']}' to bind a key to."
            raise SeedMistake(message, "keys", number, "assistant")
        secret = each.get("secret", f"sk-fake-{short}-{label}")
        seed.keys.append(Key(secret, label, id, project, each.get("active", True)))
    return seed


def check_names(seed: Seed, taken: Callable[[tuple[str, str]], bool]) -> set[tuple[str, str]]:
    """The names of a seed of one, each with its table; raises SeedMistake for one that is twice there, or taken."""
    seen: set[tuple[str, str]] = set()
    for table, value, path in names(seed):
        if (table, value) in seen or taken((table, value)):
            raise SeedMistake(f"'{value}' is there already.", *path)
        seen.add((table, value))
    return seen


def names(seed: Seed) -> Iterator[tuple[str, str, tuple[str | int, ...]]]:
    """What must be one of a kind, in a seed of one: table, value, and the path to it in there."""
    for organization in seed.organizations:
        yield "organizations", organization.id, ("id",)
    for place, key in enumerate(seed.keys):
        yield "keys", key.secret, ("keys", place, "secret")
        yield "labels", f"{key.organization} {key.label}", ("keys", place, "label")
    for place, project in enumerate(seed.projects):
        yield "projects", project.id, ("assistants", place, "id")


def written(tables: Tables) -> dict[str, Any]:
    """The store's rows as the schema Seed has them."""
    return {"organizations": [written_organization(row, tables) for row in tables["organizations"].values()]}


def written_organization(row: Row, tables: Tables) -> dict[str, Any]:
    keys, projects = (
        [each for each in tables[name].values() if each["organization"] == row["id"]] for name in ("keys", "projects")
    )
    return row | {
        "keys": [
            {
                "label": key["label"],
                "secret": key["secret"],
                "assistant": assistant_id(key["project"]),
                "active": key.get("active", True),
            }
            for key in keys
        ],
        "assistants": [
            {
                "id": assistant_id(project["id"]),
                "name": project["title"],
                "instructions": project["prompt"],
                "created_at": project["created_at"],
            }
            for project in projects
        ],
    }
