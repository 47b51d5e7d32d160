"""The parts of every run: the steps, and the clean-up, which also follows an error."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from contract_tests.generators.session import BlockedError, Session, UnansweredError
from contract_tests.generators.steps import Step
from contract_tests.runs.cleanup import clean_up
from contract_tests.runs.confirmation import confirm
from contract_tests.runs.result import INTERRUPTED, Progress, Result


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
    except KeyboardInterrupt:
        progress(INTERRUPTED, 0, 1)
        raise
    finally:
        clean_up(session, result, progress)
        _note_declared(session, result)


def _note_declared(session: Session, result: Result) -> None:
    """Says which declared assistants are gone. No read shows if a key is bound to an assistant, so a wrong `bound_id`
    is found by a delete alone."""
    target = session.target
    ends = {
        target.expendable_id: "was deleted, as 'expendable_id' allows",
        target.bound_id: (
            "was deleted, though 'bound_id' says that the key is bound to it: the server violates delete/self-refused, "
            "or the target file is wrong"
        ),
    }
    gone = [id for id in ends if id and (known := session.oracle.model.find(id)) and known.gone]
    result.notes += [note for id in gone if (note := f"{id} {ends[id]}.") not in result.notes]


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
