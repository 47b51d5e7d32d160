"""The parts of every run: an opening walk, the steps, and the clean-up, which also follows an error."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from contract_tests.generators.session import BlockedError, Session, UnansweredError
from contract_tests.generators.steps import Step
from contract_tests.http.target import TargetError
from contract_tests.runs.cleanup import clean_up
from contract_tests.runs.confirmation import confirm
from contract_tests.runs.result import Progress, Result


@contextmanager
def stage(session: Session, result: Result, progress: Progress, judges: bool = True) -> Iterator[Session]:
    """The oracle gives the verdicts that need the whole run, and its findings are confirmed. Then cleans up, also after
    an error. If `judges` is false, nobody reads the findings, so nothing is sent to confirm them.
    """
    try:
        yield session
        session.oracle.conclude()
        if judges:
            confirm(session, progress)
    finally:
        clean_up(session, result, progress)


def open_lists(session: Session, roles: Iterable[str], most: int | None = None) -> None:
    """Lists the existing assistants before the run creates one, so that the run never takes them for its own.

    Raises TargetError if a key is refused, or if a list has more than `most` pages.
    """
    for role in roles:
        ids: list[str] = []
        for number, page in enumerate(session.pages(role, first=True), 1):
            ids += page
            if most and number > most:
                raise TargetError(
                    f"{session.target.base_url} lists {len(ids)} assistants and more, {len(page)} to a page. Declare "
                    "as 'assistants', in the file given to --target, how many there are: the plan needs the number."
                )
        session.before.update(ids)
        if role == "primary":
            session.others = ids


def perform(session: Session, steps: Sequence[Step], fixture: Callable[[str], str], progress: Progress) -> None:
    """Runs the steps. Under a rate limit, leaves out the wide steps. If a step cannot go on, the next begins.

    A step that a violated requirement keeps from going on blocks its own requirements. A step with a call that was not
    answered in time leaves its own requirements untested, unless another step tests them.
    """
    for done, step in enumerate(steps):
        if (step.wide and session.client.limited) or _is_blocked(step, session):
            continue
        progress(step.name, done, len(steps))
        session.begin_step()
        try:
            step.run(session, fixture)
        except UnansweredError as slow:
            session.oracle.findings.unproven |= dict.fromkeys(step.requirements, str(slow))
        except BlockedError as blocked:
            if blocked.by:
                session.oracle.findings.block(blocked.by, *step.requirements)


def _is_blocked(step: Step, session: Session) -> bool:
    """True if each requirement of the step needs an operation that seems never to succeed."""
    return bool(step.requirements) and all(map(session.oracle.blocks, step.requirements))
