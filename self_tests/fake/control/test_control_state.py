"""Seed, reset, snapshots, clock and limiter of the Control API."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest

from fake_server.contract.yaml_file import load_yaml
from fake_server.control import state_handlers
from fake_server.control.client import ControlClient, ControlError
from fake_server.control.routes import DIRECT, HANDLERS, load_routes
from fake_server.fake import Fake
from fake_server.http.server import serve
from fake_server.storage.control_document import FILE
from self_tests.fake.control.controlled import controlled
from self_tests.fake.storage.killed import kill

SEED: list[dict[str, Any]] = [
    {
        "id": "org-one",
        "name": "One",
        "model": "small",
        "temperature": 0.5,
        "instructions": "Be brief.",
        "keys": [{"label": "main", "secret": "sk-one-main", "assistant": "asst-first"}],
        "assistants": [{"id": "asst-first", "name": "First", "instructions": "In French."}],
    }
]


@pytest.fixture
def fake() -> Fake:
    return controlled(rate_limit=20)


def names(client: httpx2.Client) -> list[str]:
    return [each["name"] for each in client.get("/assistants").json()["data"]]


def test_every_operation_has_its_handler() -> None:
    """The operation ids of control.yaml are the keys of the handlers."""
    ids = {operation.id for _, operations in load_routes() for operation in operations.values()}

    assert ids == {*HANDLERS, *DIRECT}


def test_it_describes_itself(base_url: str) -> None:
    """Everybody may load control.yaml."""
    answer = httpx2.get(base_url.removesuffix("v1") + "_fake/control.yaml", trust_env=False, verify=False)

    assert answer.content == FILE.read_bytes()
    assert load_yaml(FILE)["openapi"].startswith("3.1")


def test_it_is_healthy(control: ControlClient, base_url: str) -> None:
    """The health has the base URL for the SDKs."""
    assert control.ask("GET", "health") | {"version": ""} == {
        "status": "ok",
        "version": "",
        "url": base_url,
        "contract": "1.1",
        "edition": "page",
        "kept": [],
    }


def test_a_reset_brings_everything_back(control: ControlClient, primary: httpx2.Client) -> None:
    """A reset restores assistants, faults, the limiter, the clock and the request log."""
    before = primary.get("/assistants").json()
    made = primary.post("/assistants", json={"name": "new"}).json()["id"]
    primary.post("/assistants/asst-acme-support", json={"name": "changed"})
    primary.delete("/assistants/asst-acme-research")
    control.fault(status=500)
    control.limit(1)
    control.advance(1000)
    control.reset()

    after = primary.get("/assistants")

    assert after.json() == before
    assert after.headers["x-ratelimit-remaining"] == "19"
    assert abs(control.clock()["offset"]) < 1
    assert (control.faults(), len(control.requests())) == ([], 1)
    assert primary.get(f"/assistants/{made}").status_code == 404


def test_a_reset_of_an_organization_leaves_the_others(
    control: ControlClient, primary: httpx2.Client, foreign: httpx2.Client
) -> None:
    """The reset of one organization keeps the assistants, faults, limits, counts and requests of others."""
    primary.post("/assistants", json={"name": "ours"})
    foreign.post("/assistants", json={"name": "theirs"})
    for organization in ("org-acme", "org-globex"):
        control.fault(organization=organization, status=500, times=1, operation="deleteAssistant")
        control.limit(5, organization=organization)
    control.reset(organization="org-acme")

    assert [each["organization"] for each in control.requests()] == ["org-globex"]
    assert [each["organization"] for each in control.faults()] == ["org-globex"]
    assert (names(primary), names(foreign)) == (["Acme Research", "Acme Support"], ["theirs", "Globex Sales"])
    limits = control.ask("GET", "limiter")
    assert limits["organizations"] == {"org-globex": 5}
    assert [key["used"] for key in limits["keys"]] == [1, 0, 2]


def test_a_reset_survives_a_kill(tmp_path: Path) -> None:
    """With a data file the next start has the state after the reset."""
    fake = controlled(data=tmp_path / "data.json")
    with serve(fake) as url:
        fake.store.add("org-acme", "new", None)
        ControlClient(url).reset()
    kill(fake.store)

    again = controlled(data=tmp_path / "data.json")

    assert [each.title for each in again.store.projects("org-acme")] == ["Acme Support", "Acme Research"]
    again.store.close()


def test_another_seed(control: ControlClient, base_url: str) -> None:
    """A new seed takes effect at once, a reset restores it, and GET returns it unchanged."""
    control.seed(organizations=SEED)
    with httpx2.Client(base_url=base_url, headers={"Authorization": "Bearer sk-one-main"}, trust_env=False) as client:
        client.post("/assistants", json={"name": "new"})
        control.reset()
        found = client.get("/assistants").json()["data"]

    assert [(each["id"], each["model"], each["temperature"]) for each in found] == [("asst-first", "small", 0.5)]
    seed = control.ask("GET", "seed")["organizations"]
    assert seed[0]["keys"] == [SEED[0]["keys"][0] | {"active": True}]
    control.seed(organizations=seed)
    assert control.ask("GET", "seed")["organizations"] == seed


def test_a_seed_may_be_yaml(control: ControlClient) -> None:
    """A seed may be YAML if its content type says so; an error names the line."""
    url, headers = f"http://{control.url.netloc}/_fake/seed", {"content-type": "application/yaml"}
    right, wrong = "organizations:\n- {id: org-yaml}\n", "organizations:\n- {id: org-yaml\n"
    answers = [httpx2.put(url, content=text, headers=headers, trust_env=False) for text in (right, wrong)]

    assert [each.status_code for each in answers] == [200, 400]
    assert [each["id"] for each in control.ask("GET", "seed")["organizations"]] == ["org-yaml"]
    assert ":3:" in answers[1].json()["error"]["message"]


MISTAKES = {
    "no name": ([SEED[0] | {"assistants": [{}]}], "assistants.0.name"),
    "a field that nobody knows": ([{"nmae": "x"}], "nmae"),
    "an assistant that is not there": ([SEED[0] | {"assistants": []}], "asst-first"),
    "an organization twice": ([{"id": "a"}, {"id": "a"}], "'a' is already in use"),
    "a key twice": (
        [{"keys": [{"label": "a", "secret": "s"}, {"label": "b", "secret": "s"}]}],
        "'s' is already in use",
    ),
    "a label twice": ([{"keys": [{"label": "a", "secret": "s"}, {"label": "a", "secret": "t"}]}], "is already in use"),
}


@pytest.mark.parametrize(("organizations", "named"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_a_seed_changes_nothing(control: ControlClient, organizations: Any, named: str) -> None:
    """A wrong seed is refused with the name that is wrong."""
    before = control.ask("GET", "seed")

    with pytest.raises(ControlError, match=named):
        control.seed(organizations=organizations)

    assert control.ask("GET", "seed") == before


def test_a_snapshot_is_restored(control: ControlClient, primary: httpx2.Client, foreign: httpx2.Client) -> None:
    """A snapshot can be restored again and again; a snapshot of one organization changes no other."""
    primary.post("/assistants", json={"name": "kept"})
    control.snapshot("all")
    control.snapshot("ours", organization="org-acme")
    control.ask("DELETE", "organizations", "org-acme")
    foreign.post("/assistants", json={"name": "theirs"})

    control.restore("ours")
    assert (names(primary), names(foreign)) == (["kept", "Acme Research", "Acme Support"], ["theirs", "Globex Sales"])
    control.restore("all")
    assert (names(primary)[0], names(foreign)) == ("kept", ["Globex Sales"])
    assert [each["name"] for each in control.ask("GET", "snapshots")["data"]] == ["all", "ours"]


@pytest.mark.parametrize("way", [("snapshots", "ours", "restore"), ("reset",)], ids=["snapshot", "reset"])
def test_a_key_never_belongs_to_two_organizations(control: ControlClient, way: tuple[str, ...]) -> None:
    """An organization does not get a key back that another organization has by now."""
    control.snapshot("ours", organization="org-acme")
    secret = control.ask("GET", "organizations", "org-acme")["keys"]["primary"]
    control.ask("DELETE", "organizations", "org-acme")
    control.organization(id="org-other", keys=[{"label": "theirs", "secret": secret}])
    before = control.ask("GET", "organizations")

    with pytest.raises(ControlError, match="'sk-fake-primary' is in use by the organization 'org-other' by now"):
        control.ask("POST", *way, **({"organization": "org-acme"} if way == ("reset",) else {}))

    assert control.ask("GET", "organizations") == before


@pytest.mark.parametrize("name", ["...", ".hidden", "a/b", "a" * 65, "é", "a\0", "a b"])
def test_a_bad_name_of_a_snapshot_is_refused(control: ControlClient, name: str) -> None:
    """A name can stand in a path without escapes. Clients remove dots alone from a path."""
    with pytest.raises(ControlError, match="1 to 64 letters"):
        control.snapshot(name)


def test_snapshots_are_bounded(control: ControlClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is a most of snapshots and of their rows; a snapshot that is taken anew needs no more room."""
    rows = 2 + 3 + 3
    monkeypatch.setattr(state_handlers, "MOST_SNAPSHOTS", 2)
    monkeypatch.setattr(state_handlers, "MOST_SNAPSHOT_ROWS", 2 * rows)
    control.snapshot("one")
    control.snapshot("two")
    control.snapshot("two")

    with pytest.raises(ControlError, match="at most 2 snapshots"):
        control.snapshot("three")
    control.ask("DELETE", "snapshots", "one")
    control.organization()
    with pytest.raises(ControlError, match="16 rows"):
        control.snapshot("one")


@pytest.mark.parametrize(
    "path",
    [
        ("POST", "snapshots", "none", "restore"),
        ("DELETE", "snapshots", "none"),
        ("DELETE", "faults", "none"),
        ("GET", "organizations", "none"),
        ("POST", "keys", "none", "rotate"),
        ("GET", "assistants", "asst-none"),
        ("GET", "nowhere"),
    ],
)
def test_an_unknown_name_is_404(control: ControlClient, path: tuple[str, ...]) -> None:
    """An unknown name gets 404 in the envelope."""
    with pytest.raises(ControlError) as refused:
        control.ask(*path)

    assert refused.value.status == 404


def test_the_limiters_minute_is_skipped(control: ControlClient, primary: httpx2.Client) -> None:
    """After the clock advances a minute, the next call passes."""
    statuses = [primary.get("/assistants").status_code for _ in range(21)]
    control.advance(60)

    assert (statuses, names(primary)) == ([200] * 20 + [429], ["Acme Research", "Acme Support"])


def test_a_429_says_whose_it_is(control: ControlClient, primary: httpx2.Client) -> None:
    """The 429 names the call that removes the limit, and this call works."""
    for _ in range(20):
        primary.get("/assistants")
    message = primary.get("/assistants").json()["error"]["message"]
    control.limit(None)

    assert "/_fake/limiter" in message
    assert "x-ratelimit-limit" not in primary.get("/assistants").headers


def test_an_organization_has_its_own_limit(
    control: ControlClient, primary: httpx2.Client, foreign: httpx2.Client
) -> None:
    """A limit of one organization does not apply to others."""
    control.limit(1, organization="org-globex")

    statuses = [[client.get("/assistants").status_code for _ in range(2)] for client in (primary, foreign)]

    assert statuses == [[200, 200], [200, 429]]


def test_of_64_calls_at_once_20_pass(base_url: str) -> None:
    """Set times are exact in each accepted format."""
    headers = {"Authorization": "Bearer sk-fake-primary"}

    def call(_: int) -> int:
        return httpx2.get(f"{base_url}/assistants", headers=headers, trust_env=False, verify=False).status_code

    with ThreadPoolExecutor(64) as pool:
        statuses = list(pool.map(call, range(64)))

    assert (statuses.count(200), statuses.count(429)) == (20, 44)


def test_a_frozen_clock_stands(control: ControlClient, primary: httpx2.Client) -> None:
    """New assistants have the time of the frozen clock, until it runs again."""
    control.clock(now="2030-01-01T00:00:00Z", frozen=True)
    made = [primary.post("/assistants", json={"name": "a"}).json()["created_at"] for _ in range(2)]
    control.advance(2.5)
    later = control.clock(frozen=False)

    assert made == [1893456000, 1893456000]
    assert not later["frozen"]
    assert 1893456002.5 <= later["now"] < 1893456010


@pytest.mark.parametrize("changes", [{"now": "soon"}, {"now": -1}, {"advance": -1}, {"frozen": 1}, {"then": 1}])
def test_a_clock_is_set_to_times_alone(control: ControlClient, changes: dict[str, Any]) -> None:
    """Other values are refused."""
    with pytest.raises(ControlError) as refused:
        control.clock(**changes)

    assert refused.value.status == 400


def test_the_present_state_is_a_seed(control: ControlClient, primary: httpx2.Client) -> None:
    """GET /seed has the present state; another fake that gets this seed has the same organizations and assistants."""
    made = primary.post("/assistants", json={"name": "kept"}).json()
    control.organization(id="org-late", instructions="Be brief.")
    control.rotate("sk-fake-foreign")
    control.limit(None)
    exported = control.ask("GET", "seed")

    with serve(controlled()) as url:
        other = ControlClient(url)
        other.seed(**exported)
        assert other.ask("GET", "seed") == exported
        assert other.ask("GET", "assistants", made["id"])["assistant"] == made


def test_a_seed_of_a_key_without_an_assistant_is_a_seed(control: ControlClient) -> None:
    """A key whose assistant was deleted is bound to its default assistant, which is there or is made anew."""
    control.ask("DELETE", "assistants", "asst-acme-support")
    rotated = control.rotate("sk-fake-sibling")
    control.ask("DELETE", "assistants", rotated["assistant"])
    control.seed(**control.ask("GET", "seed"))

    keys = {each["label"]: each["assistant"] for each in control.ask("GET", "keys")["data"]}
    assert keys == {"primary": "asst-acme-primary", "sibling": "asst-acme-sibling", "foreign": "asst-globex-sales"}
