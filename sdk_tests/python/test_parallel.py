"""Many calls at once, through the async client."""

from __future__ import annotations

import pytest

from sdk_tests.clients import AsyncClient, Maker, ids

pytestmark = pytest.mark.kinds("async", "aiohttp")


@pytest.mark.requirement("parallel/creates-all-kept")
def test_parallel_creates_are_all_kept(parallel: AsyncClient, make: Maker) -> None:
    """Parallel creates all make an assistant, under the name that was sent."""
    names = [make.name() for _ in range(8)]
    created = make.create_parallel(parallel, names)

    assert [assistant.name for assistant in created] == names
    assert [parallel.retrieve(assistant.id).name for assistant in created] == names


@pytest.mark.requirement("create/ids-are-unique")
def test_parallel_creates_have_ids_of_their_own(parallel: AsyncClient, make: Maker) -> None:
    """Parallel creates of one name give ids of their own."""
    created = make.create_parallel(parallel, [make.name()] * 8)

    assert len(set(ids(created))) == 8


@pytest.mark.requirement("parallel/modifies-not-lost")
def test_parallel_updates_all_hold(parallel: AsyncClient, make: Maker) -> None:
    """Parallel updates of different assistants all hold."""
    created = [make() for _ in range(8)]
    parallel.send_parallel(parallel.assistants.update(one.id, instructions=f"For {one.id}.") for one in created)

    assert [parallel.retrieve(one.id).instructions for one in created] == [f"For {one.id}." for one in created]
