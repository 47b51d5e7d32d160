"""Compares a page of the list with its place in the server's own order, which the last complete walk has shown."""

from __future__ import annotations

from contract_tests.http.messages import Exchange, Json
from contract_tests.http.operations import LIST
from contract_tests.oracle.calls import Call
from contract_tests.oracle.model import ORGANIZATIONS, Model
from contract_tests.requirements.findings import Findings

CURSORS = {"before": "list/before", "after": "list/after"}
# These compare a page with a complete walk.
PLACED = (*CURSORS.values(), "list/limit", "list/order-asc", "list/has-more-is-true-to-its-word")
# A service may have no paging at all: one page, has_more false. Then nobody judges these.
PAGING = ("list/limit", "list/after", "list/before", "list/bad-limit-refused")


class Places:
    """`order` maps (organization, order) to the last complete walk: the length of the log at its end, the ids, and the
    role of the key that walked. The order is the one that the query asks for; "" is the server's own.
    """

    def __init__(self, model: Model, findings: Findings) -> None:
        self.model = model
        self.findings = findings
        self.order: dict[tuple[str, str], tuple[int, list[str], str]] = {}
        self._doubtful: list[tuple[str, str, str, tuple[Exchange, ...]]] = []
        self._longest = 0  # assistants of a page whose limit was asked for
        self._short: list[tuple[int, str, Exchange]] = []  # short pages without a limit, with has_more true
        self._is_whole: list[tuple[str, bool]] = []  # for each page that had to be a part: was it the whole list?

    @property
    def doubts(self) -> int:
        """The number of findings that wait for the end of the run."""
        return len(self._doubtful)

    def judge_page(self, exchange: Exchange, call: Call, body: dict[str, Json], ids: list[str]) -> None:
        """Compares a page with the order of the last complete walk, if nothing has changed since then."""
        query = call.parameters
        if "limit" in query:
            self._longest = max(self._longest, len(ids))
        log, walked, walker = self.order.get((ORGANIZATIONS[call.role], query.get("order", "")), (-1, [], ""))
        cursors = {query[name] for name in ("after", "before") if name in query}
        if call.free or log != len(self.model.log) or not cursors <= set(walked):
            return
        limit = int(call.limit)
        start = walked.index(query["after"]) + 1 if "after" in query else 0
        stop = walked.index(query["before"]) if "before" in query else len(walked)
        within = walked[start:stop]
        expected = within[-limit:] if "before" in query and "after" not in query else within[:limit]
        if any(self.model.is_gone(id) for id in expected if id not in ids):
            return  # the walk had an assistant that was deleted before, which is a violation of the walk alone
        if call.role != walker and not cursors:
            right = ids[:1] == expected[:1] and set(ids) <= set(within)
            shared = f"the {walker} key is shown {expected}"
            self.judge("org/shared-by-its-keys", right, shared, f"{ids}", exchange)
        if call.role != walker and not set(expected) <= set(ids):
            return  # the keys may be the cause
        if len(expected) < len(walked):
            ours = self.model.assistants.keys() & walked
            whole = ours <= set(ids) and len(ids) > len(expected) and body.get("has_more") is False
            self._is_whole.append((next((name for name in ("after", "before") if name in query), "limit"), whole))
        self._cursor(exchange, call, ids, expected, set(within))
        if set(ids) <= set(within):
            self._limit(exchange, query, body, ids, f"{len(expected)} of {len(within)}", len(expected))
            self._has_more(exchange, query, body, ids, within)

    def _limit(
        self, exchange: Exchange, query: dict[str, str], body: dict[str, Json], ids: list[str], wanted: str, number: int
    ) -> None:
        """Judges the length of a page. A page that is shorter than its limit and says that more follows is a free
        choice. Without a limit, that is so if no page is longer.
        """
        if len(ids) < number and body.get("has_more") is True:
            if "limit" not in query:
                self._short.append((len(ids), wanted, exchange))
            return
        # A page after a cursor may lack one that stands next to the cursor, which is not a matter of the limit.
        right = len(ids) <= number if CURSORS.keys() & query else len(ids) == number
        self.judge("list/limit", right, wanted, str(len(ids)), exchange)

    def _cursor(self, exchange: Exchange, call: Call, ids: list[str], expected: list[str], within: set[str]) -> None:
        query = call.parameters
        cursors = [id for name, id in CURSORS.items() if name in query]
        requirement = cursors[0] if cursors else "list/order-asc" if query.get("order") == "asc" else ""
        if requirement and len(cursors) < 2:  # which of two cursors is wrong, nobody can tell
            right = set(ids) <= within and ids[:1] == expected[:1]
            self.judge(requirement, right, ", ".join(expected) or "nothing", ", ".join(ids) or "nothing", exchange)

    def _has_more(
        self, exchange: Exchange, query: dict[str, str], body: dict[str, Json], ids: list[str], within: list[str]
    ) -> None:
        """Compares has_more with the assistants after the last one of the page. So a page of a wrong length is not also
        a fault of has_more.

        Nobody defines the meaning of has_more on a page that ends before an id.
        """
        if isinstance(body.get("has_more"), bool) and "before" not in query:
            more = bool(ids) and within[-1] != ids[-1]
            right, actual = body["has_more"] == more, f"has_more: {body['has_more']}".lower()
            self.judge("list/has-more-is-true-to-its-word", right, f"has_more: {more}".lower(), actual, exchange)

    def judge(self, requirement: str, right: bool, expected: str, actual: str, *exchanges: Exchange) -> None:
        """Like `Findings.judge`, but a violation waits for the end. It is dropped if other users changed the list
        meanwhile.
        """
        if right:
            self.findings.hold(requirement, LIST)
        else:
            self.doubt(requirement, expected, actual, *exchanges)

    def doubt(self, requirement: str, expected: str, actual: str, *exchanges: Exchange) -> None:
        """Adds a violation that waits for the end."""
        self._doubtful.append((requirement, expected, actual, exchanges))

    def conclude(self, is_disturbed: bool) -> None:
        """Adds the violations that waited, unless other users created or deleted assistants during the run."""
        for length, wanted, exchange in self._short:
            if length < self._longest:
                self._doubtful.append(("list/limit", wanted, str(length), (exchange,)))
        for requirement, expected, actual, exchanges in () if is_disturbed else self._doubtful:
            self.findings.add_violation(requirement, expected, actual, *exchanges)
        self._doubtful, self._short = [], []
        if self._has_no_paging():
            self.findings.waive("the list is one page, which is a free choice", *PAGING)

    def _has_no_paging(self) -> bool:
        """True if each page was the whole list, whatever the limit, and whatever the cursor."""
        return {"limit", "after"} <= {asked for asked, _ in self._is_whole} and all(
            whole for _, whole in self._is_whole
        )
