"""The first requests of a run find the mistakes of its user: one line, exit 2, and nothing is created."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from contract_tests.http.operations import CREATE, LIST, RETRIEVE
from fake_server.fake import Answer, Call, Fake
from fake_server.storage import seed
from self_tests.command_run import KEYS, Ran
from self_tests.wrong.wrong_server import around

BOUND, SIBLINGS = (f"asst-{key.project}" for key in seed.KEYS[:2])
PROFILES: list[tuple[str, ...]] = [(), ("--profile", "production"), ("--profile", "read-only")]


@pytest.fixture
def no_creates(fake: Fake) -> None:
    """A create would crash the fake, and the run would end otherwise."""

    async def crash(_: Call) -> Answer:
        raise AssertionError("nothing may be created")

    fake.handlers[CREATE] = crash


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("change", ["without /v1", "with /assistants", "another path"])
@pytest.mark.usefixtures("no_creates")
def test_a_wrong_address_is_told_the_right_one(
    run: Callable[..., Ran], base_url: str, tmp_path: Path, profile: tuple[str, ...], change: str
) -> None:
    """If an address near the base URL has the list, the line names that address."""
    root = base_url.removesuffix("/v1")
    given = {"without /v1": root, "with /assistants": f"{base_url}/assistants", "another path": f"{root}/api"}[change]
    ran = run(given, *profile, "--ledger", str(tmp_path))

    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert f"did you mean {base_url}?" in ran.err


@pytest.mark.parametrize(
    ("sibling", "foreign", "named"),
    [
        ("FOREIGN", "", "ASSISTANTS_SIBLING_API_KEY"),
        ("", "SIBLING", "ASSISTANTS_FOREIGN_API_KEY"),
        ("FOREIGN", "SIBLING", "ASSISTANTS_SIBLING_API_KEY"),
    ],
)
@pytest.mark.usefixtures("no_creates")
def test_a_key_of_the_wrong_organization_is_named(
    run: Callable[..., Ran],
    base_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    sibling: str,
    foreign: str,
    named: str,
) -> None:
    """Beside real data the run stops. The line names the variable, and the requirement that the server violates if the
    key is right.
    """
    for role, other in (("SIBLING", sibling), ("FOREIGN", foreign)):
        key = KEYS[f"ASSISTANTS_{other}_API_KEY"] if other else ""
        monkeypatch.setenv(f"ASSISTANTS_{role}_API_KEY", key)
    ran = run(base_url, "--profile", "production", "--ledger", str(tmp_path))

    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert named in ran.err
    assert "the server violates org/" in ran.err


def test_a_full_run_judges_a_server_that_opens_every_organization(
    run: Callable[..., Ran], fake: Fake, base_url: str
) -> None:
    """On a server of tests the requirement is violated. A note says that the key may be the wrong one."""
    around(
        fake.store,
        "key",
        lambda old, secret: replace(found, organization="org-acme") if (found := old(secret)) else None,
    )
    ran = run(base_url, "--only", "org/closed-to-others")

    assert ran.code == 1
    assert "FAILED org/closed-to-others" in ran.out
    assert "Note: The foreign key (ASSISTANTS_FOREIGN_API_KEY) shows" in " ".join(ran.out.split())


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize(
    ("bound", "expendable", "says"),
    [
        ("asst-nobody", SIBLINGS, "has no asst-nobody, which is declared as bound_id"),
        (BOUND, "asst-nobody", "has no asst-nobody, which is declared as expendable_id"),
        (SIBLINGS, SIBLINGS, "are one assistant"),
        (SIBLINGS.removeprefix("asst-"), SIBLINGS, "are one assistant"),
    ],
)
@pytest.mark.usefixtures("no_creates")
def test_a_declared_assistant_is_there(
    run: Callable[..., Ran],
    base_url: str,
    tmp_path: Path,
    profile: tuple[str, ...],
    bound: str,
    expendable: str,
    says: str,
) -> None:
    """A made-up id is a mistake in the target file, and so is one id for both declarations."""
    target = tmp_path / "target.toml"
    target.write_text(f'base_url = "{base_url}"\nbound_id = "{bound}"\nexpendable_id = "{expendable}"\n')
    ran = run("--target", str(target), *profile, "--ledger", str(tmp_path))

    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert says in ran.err


def test_a_list_that_shows_everybodys_is_the_servers_fault(
    run: Callable[..., Ran], fake: Fake, base_url: str, tmp_path: Path
) -> None:
    """The foreign key lists the same, but retrieves nothing: the keys are right, and the server is judged."""
    around(fake.store, "projects", lambda old, _: [*old("org-acme"), *old("org-globex")])
    ran = run(base_url, "--only", "org/closed-to-others", "--ledger", str(tmp_path))

    assert ran.code == 1
    assert "FAILED org/closed-to-others" in ran.out


def test_a_server_without_a_list_is_judged(run: Callable[..., Ran], fake: Fake, base_url: str) -> None:
    """Where no address nearby has a list either, the missing list is a violation."""

    async def missing(_: Call) -> Answer:
        return Answer({"error": {"message": "No.", "type": "not_found_error", "param": None, "code": None}}, 404)

    fake.handlers[LIST] = fake.handlers[RETRIEVE] = missing
    ran = run(base_url, "--only", "list/envelope")

    assert ran.code == 1
