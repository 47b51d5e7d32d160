"""What reading alone can judge: nothing is created, modified or deleted, not even a stranger's attempt at it."""

from __future__ import annotations

from contract_tests.generators.session import REFUSALS
from contract_tests.http import operations
from contract_tests.profiles.scenario import Cast, Script

SCRIPT = Script()


@SCRIPT.scene(1, "list/has-more-is-true-to-its-word", "list/limit", "org/shared-by-its-keys")
def a_small_page(cast: Cast) -> None:
    """A second key is shown the same list; a page of two holds two, and says whether more follows."""
    cast.session.admitted(operations.list_(cast.second, limit=2))


@SCRIPT.scene(3, "list/after", "list/before", "list/limit")
def the_other_ways(cast: Cast) -> None:
    """Behind an id, ahead of one, and twenty unless told."""
    cast.session.send(operations.list_())
    if cast.others:
        cast.session.send(operations.list_(limit=2, after=cast.others[0]))
        cast.session.send(operations.list_(limit=2, before=cast.others[-1]))


@SCRIPT.scene(4, "list/bad-limit-refused", *REFUSALS)
def limits_out_of_bounds(cast: Cast) -> None:
    """A limit of 0, 101, -1 or "x" is refused."""
    for limit in (0, 101, -1, "x"):
        cast.session.send(operations.list_(limit=limit))


@SCRIPT.scene(3, "auth/missing-key-refused", "auth/unknown-key-refused", "auth/other-scheme-refused", *REFUSALS)
def without_a_good_key(cast: Cast) -> None:
    """The list is refused without a key, with an unknown one, and under another scheme."""
    for role in ("nobody", "stranger", "basic"):
        cast.session.send(operations.list_(role))


@SCRIPT.scene(2, "retrieve/equals-created", "org/shared-by-its-keys", needs=("bound_id",))
def the_keys_own(cast: Cast) -> None:
    """The assistant that the key is bound to is retrieved as it is listed, by a second key too."""
    cast.session.read(cast.session.target.bound_id or "")
    cast.session.read(cast.session.target.bound_id or "", cast.second)


@SCRIPT.scene(2, "org/closed-to-others", "org/others-look-unknown", needs=("foreign", "bound_id"))
def another_organization(cast: Cast) -> None:
    """A key of another organization neither lists nor retrieves it."""
    cast.session.admitted(operations.list_("foreign", limit=100))
    cast.session.read(cast.session.target.bound_id or "", "foreign")


@SCRIPT.scene(1, "retrieve/unknown-is-404", *REFUSALS, needs=("bound_id",))
def an_id_that_names_nothing(cast: Cast) -> None:
    """Retrieving what is not there answers 404."""
    cast.session.read(cast.session.unknown_id(cast.session.target.bound_id or ""))


@SCRIPT.scene(1, "errors/unknown-url-is-404")
def a_url_that_is_no_operations(cast: Cast) -> None:
    """A URL that nobody serves is said to be so."""
    cast.session.send(operations.raw("GET", operations.UNKNOWN_URL))
