"""Judges pages of the list, and walks over them. A walk pages as the SDKs do: `after` is the last id of a page."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from contract_tests.http.messages import Exchange, Json
from contract_tests.http.operations import CREATE, LIST
from contract_tests.oracle import attribution
from contract_tests.oracle.assistants import Assistants
from contract_tests.oracle.calls import Call
from contract_tests.oracle.ignored_fields import IgnoredFields
from contract_tests.oracle.model import ORGANIZATIONS, Model, TrackedAssistant, Write
from contract_tests.oracle.places import PLACED, Places
from contract_tests.oracle.walks import hold_after_walk, judge_order
from contract_tests.requirements.findings import Candidate, Findings, answer, brief


@dataclass
class Walk:
    """`ids` are in the order of the answers. `log` is the length of the model's log at the start of the walk: a longer
    log at the end makes the walk void.
    """

    log: int
    ids: list[str] = field(default_factory=list)
    pages: list[Exchange] = field(default_factory=list)


class Lists:
    """`_first_beside` maps (organization, order, id) to the first id of the last complete walk that had the id.
    `repeated` counts the walks without an assistant that is known to be missing.
    """

    def __init__(self, model: Model, findings: Findings, assistants: Assistants, constants: IgnoredFields) -> None:
        self.model = model
        self.findings = findings
        self.assistant_judge = assistants
        self.ignored_fields = constants
        self.places = Places(model, findings)
        self.walks: dict[tuple[str, str, str], Walk] = {}
        self._first_beside: dict[tuple[str, str, str], str] = {}
        self.repeated = 0
        self._missed: dict[str, list[Candidate]] = {}
        self._strangers: dict[str, set[str]] = {}
        self._disturbed = False

    @property
    def doubts(self) -> int:
        """The number of findings that wait for the end of the run."""
        return self.places.doubts

    def page(self, exchange: Exchange, call: Call) -> None:
        """Judges one accepted answer of the list."""
        body = exchange.response.json
        data = body.get("data") if isinstance(body, dict) else None
        right = isinstance(body, dict) and body.get("object") == "list" and isinstance(data, list)
        self.findings.judge(
            "list/envelope", right, LIST, '{"object": "list", "data": [...]}', answer(exchange), exchange
        )
        if not isinstance(data, list):
            return
        self.findings.accepted.add(LIST)
        items = [item for item in data if isinstance(item, dict) and isinstance(item.get("id"), str)]
        self._items(exchange, call, data, items)
        if len(items) < len(data):
            return  # an item without an id has its own violation, and no place in the list
        ids = [item["id"] for item in items]
        self._frame(exchange, body, ids)
        if not call.free and "before" not in call.parameters:  # list/before compares its page with the walked order
            judge_order(self.model, self.findings, ids, [exchange], call.parameters.get("order", ""))
        self.places.judge_page(exchange, call, body, ids)
        self._step(exchange, call, body, ids)

    def _items(self, exchange: Exchange, call: Call, data: list[Json], items: list[dict[str, Json]]) -> None:
        organization = ORGANIZATIONS[call.role]
        for item in data:
            known = self.model.find(str(item.get("id"))) if isinstance(item, dict) else None
            self.assistant_judge.shape(exchange, item, self._besides(item, known))
            if isinstance(item, dict):
                self.ignored_fields.judge(exchange, call, item, self._owner(item, known, organization))
        ambiguous = self.model.taken_over()
        for item in (item for item in items if item["id"] not in ambiguous):
            tracked = self.model.find(item["id"])
            if tracked is None:
                self._newcomer(exchange, item, organization)
            elif tracked.organization not in (organization, ""):
                self.findings.add_violation(
                    "org/closed-to-others",
                    "no assistant of another organization",
                    f"{tracked.id} in the list",
                    *tracked.trail[:1],
                    exchange,
                )
            elif tracked.gone:
                self.findings.add_violation(
                    "delete/gone", f"a list without {tracked.id}", f"{tracked.id} in it", *tracked.trail[-1:], exchange
                )
            else:
                tracked.unlisted.discard(call.role)
                tracked.listed_at, tracked.listed = len(self.model.log), True
                self.assistant_judge.judge_shown(exchange, call, tracked, item)

    def _owner(self, item: dict[str, Json], known: TrackedAssistant | None, organization: str) -> str:
        """The organization of an item: a list that shows an assistant of another says nothing about its own."""
        if known and known.organization:
            return known.organization
        seen = (name for name, ids in self.model.bystanders.items() if str(item.get("id")) in ids)
        return next(seen, organization)

    def _newcomer(self, exchange: Exchange, item: dict[str, Json], organization: str) -> None:
        """Judges an id that is new to the run. The assistant belongs to another user, unless it carries a text that
        only this run has sent.
        """
        if item["id"] not in self.model.bystanders[organization]:
            self.model.bystanders[organization].add(item["id"])
            if ghost := self._ghost(item):
                self.model.ghosts[item["id"]] = ghost.call.role
                self.findings.add_violation(
                    ghost.requirement,
                    "nothing made by a call that was refused",
                    f"{brief(item)} in the list",
                    ghost.exchange,
                    exchange,
                )

    def _besides(self, item: Json, known: TrackedAssistant | None) -> set[str]:
        """The fields that the schema does not judge: parts of the identity that the server took over, and the id of an
        assistant that a refused call created.
        """
        made_otherwise = not known.organization if known else isinstance(item, dict) and self._ghost(item)
        return {*(known.taken if known else ()), *({"id"} if made_otherwise else ())}

    def _ghost(self, item: dict[str, Json]) -> Write | None:
        """The call that has made this assistant although the call had to make nothing."""
        texts = [item.get("name"), item.get("instructions")]
        senders = self.model.senders({text for text in texts if isinstance(text, str)})
        if not senders or any(each.accepted and each.call.operation == CREATE for each in senders):
            return None  # a right create has sent the text too
        return senders[-1] if not senders[-1].accepted and senders[-1].requirement else None

    def _frame(self, exchange: Exchange, body: dict[str, Json], ids: list[str]) -> None:
        ends = (ids[0], ids[-1]) if ids else (None, None)
        actual = (body.get("first_id"), body.get("last_id"))
        self.findings.judge(
            "list/first-and-last-id",
            actual == ends,
            LIST,
            f"first_id {ends[0]}, last_id {ends[1]}",
            f"first_id {brief(actual[0])}, last_id {brief(actual[1])}",
            exchange,
        )
        if not isinstance(body.get("has_more"), bool):
            self.findings.add_violation(
                "list/has-more-is-true-to-its-word",
                "has_more: true or false",
                f"has_more: {brief(body.get('has_more', '(absent)'))}",
                exchange,
            )
        repeated = {id for id, times in Counter(ids).items() if times > 1}
        if repeated and repeated - self.model.taken_over():
            self.findings.add_violation(
                "list/complete", "each assistant once", f"one comes twice: {', '.join(ids)}", exchange
            )

    def conclude(self) -> None:
        """Judges the comparisons that waited for the end of the run."""
        self.places.conclude(self._disturbed)

    def _step(self, exchange: Exchange, call: Call, body: dict[str, Json], ids: list[str]) -> None:
        """Adds a page to a walk, if the page is the next one of that walk."""
        query = call.parameters
        if "before" in query or call.free:
            return
        key = (call.role, query.get("order", ""), query.get("limit", ""))
        walk = self.walks.pop(key, None)
        if "after" not in query:
            walk = Walk(len(self.model.log))
        elif walk is None or not walk.ids or walk.ids[-1] != query["after"] or walk.log != len(self.model.log):
            self._unknown_cursor(exchange, call, query["after"], ids)
            return
        if self._repeats(exchange, walk, ids):
            return
        walk.ids += ids
        walk.pages.append(exchange)
        if body.get("has_more", True) is not False and ids:
            self.walks[key] = walk
        else:
            self._over(call, walk)

    def _unknown_cursor(self, exchange: Exchange, call: Call, cursor: str, ids: list[str]) -> None:
        order = call.parameters.get("order", "")
        organization = ORGANIZATIONS[call.role]
        log, walked, _ = self.places.order.get((organization, order), (-1, [], ""))
        first = self._first_beside.get((organization, order, cursor))
        deleted = self.model.is_gone(cursor) and first != cursor and [first] == walked[:1]
        if (deleted or not self.model.has_seen(cursor)) and log == len(self.model.log):
            self.places.judge(
                "list/after",
                not ids or ids[:1] != walked[:1],
                "a refusal, an empty page or what followed, for an id that names nothing",
                "the first page again",
                exchange,
            )

    def _repeats(self, exchange: Exchange, walk: Walk, ids: list[str]) -> bool:
        repeated = [id for id in ids if id in set(walk.ids)]
        if repeated:
            self.findings.add_violation(
                "list/after", "what follows the id", f"{repeated[0]}, which stood before it", *walk.pages, exchange
            )
        return bool(repeated)

    # page, Authentication: "client.assistants.list() returns every assistant your org owns"
    def _over(self, call: Call, walk: Walk) -> None:
        """Judges a complete walk: it has every assistant, in the right order."""
        organization = ORGANIZATIONS[call.role]
        missing = [tracked for tracked in self.model.present(organization) if tracked.id not in walk.ids]
        # An assistant that another key has made tells whether the keys share theirs, so such ones come first.
        for tracked in sorted(missing, key=lambda tracked: (tracked.role == call.role, not tracked.trail)):
            if call.role not in tracked.unlisted:  # one violation, until a list has it again
                self._missing(call, walk, tracked)
            else:
                self.repeated += 1
        self.repeated += sum(each.lost and each.organization == organization for each in self.model.assistants.values())
        if not missing:
            if any(tracked.id in walk.ids for tracked in self.model.present(organization)):
                self.findings.hold("list/complete", LIST)
            self._look_for_others(call, organization, walk)
        order = call.parameters.get("order", "")
        judge_order(self.model, self.findings, walk.ids, walk.pages, order)
        self._says_more(walk)
        hold_after_walk(self.model, self.findings, call, organization)
        self._first_beside |= {(organization, order, id): walk.ids[0] for id in walk.ids}
        if missing:
            self.findings.block("list/complete", *PLACED)
        else:
            self.places.order[organization, order] = (len(self.model.log), walk.ids, call.role)

    def _says_more(self, walk: Walk) -> None:
        """Judges the page before an empty last page: it must not have announced more."""
        *_, before, last = [None, *walk.pages]
        if before and last and last.response.json["data"] == [] and before.response.json.get("has_more") is True:
            actual = f"has_more: true on the page before, and nothing after it: {answer(last)}"
            self.places.judge(
                "list/has-more-is-true-to-its-word", False, "has_more: false on the last page", actual, before, last
            )

    def _look_for_others(self, call: Call, organization: str, walk: Walk) -> None:
        """Notes that another user has created or deleted assistants since the previous walk.

        A missing assistant is a sign of a delete only if the walk cannot have ended too early: its last page is not
        full.
        """
        others = {id for id in walk.ids if id not in self.model.assistants and id not in self.model.ghosts}
        before = self._strangers.setdefault(organization, others)
        first, *_, last = [len(page.response.json["data"]) for page in [walk.pages[0], *walk.pages]]
        limit = int(call.limit)
        full = last >= (first if len(walk.pages) > 1 else limit) or len(walk.ids) % limit == 0
        self._disturbed |= bool(others - before) or (not full and others != before)
        self._strangers[organization] = before | others if full else others

    def _missing(self, call: Call, walk: Walk, tracked: TrackedAssistant) -> None:
        tracked.unlisted.add(call.role)
        otherwise = attribution.unless_unshared(self.findings, tracked, call.role, "list/complete")
        candidates = attribution.losses(
            self.model.since_listed(tracked), tracked, call.role, otherwise, was_there=tracked.listed
        )
        # Once the maker's own walk has lacked it, every walk that lacks it has the same cause.
        candidates = self._missed.get(tracked.id, candidates)
        if call.role == tracked.role:
            self._missed[tracked.id] = candidates
        expected, actual = f"a list with {tracked.id}", f"a walk over {len(walk.ids)} assistants without it"
        cursor = call.parameters.get("after", "")
        if cursor and cursor not in self.model.assistants and walk.pages[-1].response.json["data"] == []:
            # Another user may have deleted the assistant after which this page was to begin.
            accused = (*tracked.trail[:1], *candidates[0].accused, walk.pages[-1])
            self.places.doubt(candidates[0].requirement, expected, actual, *accused)
        else:
            before = tracked.trail[:1]
            self.findings.add_explained(candidates, expected, actual, *before, last=walk.pages[-1], absent=tracked.id)
