"""Any answer is data: on a server that answers anything, the suite raises no error, and loses no assistant.

`make arbitrary` plays more of these runs.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fake_server.domain.errors import MalformedRequest
from fake_server.fake import Answer, Call, Fake
from fake_server.http.handlers import create_assistant
from self_tests.answers.arbitrary import SHARES, play
from self_tests.command_run import Ran
from self_tests.commands.test_run import QUICKLY

# test_odd_answers.py shows each kind of odd answer on each Python.
pytestmark = pytest.mark.any_python


def test_five_thousand_arbitrary_answers_to_the_tour() -> None:
    """No error, and each assistant is deleted or reported, whatever share of the answers is arbitrary."""
    played = [play(seed, share, ["tour"]) for seed in (1, 2) for share in SHARES]

    assert [str(each) for each in played if each.error or each.lost] == []
    assert sum(each.exchanges for each in played) >= 5_000


@pytest.mark.every_case  # make arbitrary runs all generators for minutes
def test_arbitrary_answers_to_all_generators() -> None:
    """The same is true of schemathesis, the random histories and the SDK tests."""
    played = play(1, 0.4)

    assert (played.error, played.lost) == ("", [])
    assert played.exchanges > 1_000


@pytest.mark.parametrize("share", [0.15, 1.0])
def test_arbitrary_answers_to_the_clean_up_too(share: float) -> None:
    """No error, even if the clean-up gets arbitrary answers."""
    played = play(3, share, ["tour"], calm_end=False)

    assert played.error == ""
    assert played.exchanges > 100


async def created_and_unread(call: Call) -> Answer:
    await create_assistant(call)
    return Answer({})


async def created_and_refused(call: Call) -> Answer:
    await create_assistant(call)
    raise MalformedRequest("No.")


async def no_list(_: Call) -> Answer:
    return Answer({}, 500)


def test_a_create_that_nobody_can_read_is_reported_by_its_name(
    run: Callable[..., Ran], fake: Fake, base_url: str
) -> None:
    """If no answer gives the id and no list can be read, the report has the name to look for."""
    fake.handlers |= {"createAssistant": created_and_unread, "listAssistants": no_list}

    ran = run(base_url, *QUICKLY, "--only", "create/name-suffices")

    assert "Perhaps not deleted: 'contract-1 " in ran.out


def test_a_refused_create_that_nobody_can_list_is_noted(run: Callable[..., Ran], fake: Fake, base_url: str) -> None:
    """If every create is refused and no list can be read, a note says what to look for."""
    fake.handlers |= {"createAssistant": created_and_refused, "listAssistants": no_list}

    ran = run(base_url, *QUICKLY, "--only", "create/name-suffices")

    assert "look for names that begin with contract-1" in ran.out


@pytest.mark.parametrize("create", [created_and_unread, created_and_refused])
def test_a_create_that_a_list_shows_is_deleted_or_reported(
    run: Callable[..., Ran], fake: Fake, base_url: str, create: Callable[[Call], object]
) -> None:
    """If a list shows the assistant of a create that no answer named, the assistant is deleted. If others may have sent
    its texts too, as with the names of the SDK tests, it is reported."""
    before = len(fake.store.all_projects())
    fake.handlers["createAssistant"] = create  # type: ignore[assignment]  # either is a handler

    ran = run(base_url, *QUICKLY, "--only", "create/name-suffices")

    left = fake.store.all_projects()[before:]
    assert all((each.title or "").startswith("sdk-1") for each in left)
    assert all(f"Not deleted: asst-{each.id}" in ran.out for each in left)
    assert ("Look before you delete" in ran.out) == bool(left)
