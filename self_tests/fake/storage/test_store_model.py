"""The store compared with a plain dict: random sequences of operations, with restarts and crashes."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from fake_server.domain.assistants import Project, assistant_id, page
from fake_server.storage import seed
from fake_server.storage.store import Store
from self_tests.fake.storage.filled_store import fill
from self_tests.fake.storage.killed import kill

ORGANIZATIONS = st.sampled_from([each.id for each in seed.ORGANIZATIONS])
TEXTS = st.text(st.characters(codec="utf-8"), max_size=5)
# Indexes into all ids ever used, also of removed assistants.
PICKS = st.integers(0, 1_000)


class StoreMachine(RuleBasedStateMachine):
    """`expected` has the assistants that should exist, oldest first; `ids` has all ids ever used."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.file = Path(self.folder.name, "data.json")
        self.store = Store(self.file, lambda: 1_000.0)
        fill(self.store)
        self.expected = {
            key.project: Project(key.project, key.organization, seed.TITLES[key.project], None, 1_000)
            for key in seed.KEYS
        }
        self.ids = [*self.expected]

    @rule(organization=ORGANIZATIONS, title=TEXTS, prompt=st.none() | TEXTS)
    def add(self, organization: str, title: str, prompt: str | None) -> None:
        made = self.store.add(organization, title, prompt)

        assert made.id not in self.ids
        assert made == Project(made.id, organization, title, prompt, 1_000)
        self.expected[made.id] = made
        self.ids.append(made.id)

    @rule(organization=ORGANIZATIONS, pick=PICKS)
    def get(self, organization: str, pick: int) -> None:
        id = self.ids[pick % len(self.ids)]

        assert self.store.get(organization, id) == self.of(organization, id)

    @rule(
        organization=ORGANIZATIONS,
        pick=PICKS,
        changes=st.fixed_dictionaries({}, optional={"title": TEXTS, "prompt": TEXTS}),
    )
    def change(self, organization: str, pick: int, changes: dict[str, str]) -> None:
        id = self.ids[pick % len(self.ids)]
        before = self.of(organization, id)
        if before:
            self.expected[id] = Project(**{**vars(before), **changes})

        assert self.store.change(organization, id, changes) == self.of(organization, id)

    @rule(organization=ORGANIZATIONS, pick=PICKS)
    def remove(self, organization: str, pick: int) -> None:
        id = self.ids[pick % len(self.ids)]

        assert self.store.remove(organization, id) == bool(self.of(organization, id))
        if self.of(organization, id):
            del self.expected[id]

    @rule(organization=ORGANIZATIONS, order=st.sampled_from(["asc", "desc"]), limit=st.integers(1, 4), pick=PICKS)
    def walk(self, organization: str, order: str, limit: int, pick: int) -> None:
        """Pages from every cursor in both directions have the same assistants as a sorted list."""
        all_ = [each for each in self.expected.values() if each.organization == organization]
        ordered = all_ if order == "asc" else all_[::-1]
        if not ordered:
            return
        place = pick % len(ordered)
        query = {"order": order, "limit": limit}

        for param, there in (("after", ordered[place + 1 :]), ("before", ordered[:place])):
            found, more = page(self.store.projects(organization), {**query, param: assistant_id(ordered[place].id)})
            assert found == (there[:limit] if param == "after" else there[-limit:])
            assert more == (len(there) > limit)

    @rule()
    def restart(self) -> None:
        self.store.close()
        self.store = Store(self.file, lambda: 1_000.0)

    @rule()
    def crash(self) -> None:
        kill(self.store)
        self.store = Store(self.file, lambda: 1_000.0)

    @invariant()
    def holds_what_is_expected(self) -> None:
        for organization in seed.ORGANIZATIONS:
            expected = [each for each in self.expected.values() if each.organization == organization.id]
            assert list(self.store.projects(organization.id)) == expected

    def of(self, organization: str, id: str) -> Project | None:
        found = self.expected.get(id)
        return found if found and found.organization == organization else None

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()


StoreMachine.TestCase.settings = settings(
    max_examples=60, stateful_step_count=40, derandomize=True, database=None, deadline=None
)
TestStore = StoreMachine.TestCase
