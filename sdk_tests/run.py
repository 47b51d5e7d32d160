"""Runs the tests of sdk_tests/python in this process and returns their outcomes. It knows pytest, but no promise."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from traceback import walk_tb
from typing import Any, NamedTuple, cast

import openai
import pytest

from contract_tests.http.guard import Guard, GuardError, TakenError
from contract_tests.http.messages import Exchange
from contract_tests.http.secrets import Secrets
from contract_tests.http.target import Target
from sdk_tests.open_clients import PLAIN, Observe

TESTS = Path(__file__).resolve().parent / "python"
OPENAI = Path(openai.__file__).resolve().parent
TARGET = pytest.StashKey[Target]()
SEED = pytest.StashKey[int]()
GUARD = pytest.StashKey[Guard | None]()
OBSERVE = pytest.StashKey[Observe | None]()
KINDS = pytest.StashKey[tuple[str, ...]]()
ONCE = pytest.StashKey[bool]()
# The run uses nothing of the caller's pytest (its configuration, plugins, output), and only the plugins that a verdict
# needs.
WITHOUT = ("cacheprovider", "terminal", "faulthandler", "logging", "unraisableexception")
OPTIONS = (
    "-c",
    os.devnull,
    "--rootdir",
    str(TESTS),
    "-o",
    "addopts=",
    "--import-mode=importlib",
    "--capture=no",
    "--disable-plugin-autoload",
    *(f"-pno:{plugin}" for plugin in WITHOUT),
)

CLEAN_UP = "A test deletes what it has created."


@dataclass(frozen=True)
class Outcome:
    """The outcome of a test. `verdict` is passed, failed, skipped or error. An error means that the test broke and
    judged nothing.
    """

    test: str
    promise: str
    requirements: tuple[str, ...]
    verdict: str
    why: str
    seconds: float
    exchanges: tuple[Exchange, ...] = ()  # with those of the fixtures that the test shares with others


def judge(
    target: Target,
    only: Callable[[str], bool],
    seed: int = 1,
    guard: Guard | None = None,
    kinds: tuple[str, ...] = PLAIN,
    observe: Observe | None = None,
    once: bool = False,
) -> list[Outcome]:
    """The outcomes of the tests that carry a requirement which `only` accepts; of all tests if it accepts every
    requirement. With `observe` each of them carries one: a test of the SDK alone shows no exchange.

    A create has the fields of `target.create` beside its name. The seed is in every name that is sent: the same seed
    makes the same calls. `guard` is the guard of the surrounding run, which already knows the assistants that existed
    before. `kinds` are the clients that make the calls, a part of `open_clients.KINDS`. With `once`
    each test makes its calls by one of them: the first that can.

    An empty list means that no test was run.
    """
    run = _Run(target, only, seed, guard, kinds, observe, once)
    with _environment_of_its_own():
        code = pytest.main([*OPTIONS, str(TESTS)], plugins=[run])
    if run.interrupted:
        raise KeyboardInterrupt
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise RuntimeError(f"pytest could not run the SDK tests ({code!r}). {run.secrets.mask(run.fault)}".rstrip())
    return run.outcomes


class _Run:
    """The pytest plugin of one run."""

    def __init__(
        self,
        target: Target,
        only: Callable[[str], bool],
        seed: int,
        guard: Guard | None,
        kinds: tuple[str, ...],
        observe: Observe | None,
        once: bool,
    ) -> None:
        self.observe = observe
        self.seen: list[Exchange] = []
        self._of_fixture: dict[str, tuple[Exchange, ...]] = {}
        self.target = target
        self.secrets = Secrets(target)
        self.guard = guard
        self.kinds = kinds
        self.once = once
        self.seed = seed
        self.only = only
        self.outcomes: list[Outcome] = []
        self.interrupted = False
        self.fault = ""
        self._phases: list[_Phase] = []
        self._of_test: list[Exchange] = []

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[TARGET] = self.target
        config.stash[SEED] = self.seed
        config.stash[GUARD] = self.guard
        config.stash[KINDS] = self.kinds
        config.stash[ONCE] = self.once
        config.stash[OBSERVE] = self._observe if self.observe else None
        config.option.tbstyle = "value"  # nobody sees the tracebacks, and tracebacks through the SDK are slow to render

    def _observe(self, *exchange: Any) -> None:
        assert self.observe
        self.seen.append(cast(Exchange, self.observe(*exchange)))

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if self.observe or not all(self.only(name) for item in items for name in requirements_of(item)):
            items[:] = [item for item in items if any(map(self.only, requirements_of(item)))]

    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        verdict, why = _judged(call.excinfo)
        phase = _Phase(verdict, _line(why, self.secrets), call.duration)
        exchanges = tuple(self.seen)
        self.seen.clear()
        if call.when == "teardown":
            self._conclude(item, phase, exchanges)
        else:
            self._phases.append(phase)
            self._of_test += exchanges

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, object, object]:
        """Keeps the exchanges of a fixture that tests share: the script of each of these tests needs the creates."""
        before = len(self.seen)
        try:
            return (yield)
        finally:
            if fixturedef.scope != "function":
                self._of_fixture[fixturedef.argname] = tuple(self.seen[before:])

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.fault = str(report.longrepr)

    def pytest_internalerror(self, excrepr: object) -> bool:
        self.fault = str(excrepr)
        return True

    def pytest_keyboard_interrupt(self) -> None:
        self.interrupted = True

    def _exchanges(self, item: pytest.Item) -> tuple[Exchange, ...]:
        """The exchanges of the test and of its fixtures, in their order."""
        names = item.fixturenames if isinstance(item, pytest.Function) else ()
        shared = [exchange for name in names for exchange in self._of_fixture.get(name, ())]
        every = dict.fromkeys([*shared, *self._of_test])
        self._of_test.clear()
        return tuple(sorted(every, key=lambda exchange: exchange.number))

    def _conclude(self, item: pytest.Item, teardown: _Phase, deletes: tuple[Exchange, ...]) -> None:
        """Adds the outcome. The last phase before the teardown decides it, because no call follows a set-up that
        failed.
        """
        set_up, test, seconds = (
            self._phases[0],
            self._phases[-1],
            sum(phase.seconds for phase in (*self._phases, teardown)),
        )
        self._phases.clear()
        promise = " ".join((item.function.__doc__ or "").split()) if isinstance(item, pytest.Function) else ""
        # A set-up that fails proves nothing about the requirement.
        requirements = requirements_of(item) if set_up.verdict in ("passed", "skipped") else ()
        exchanges = self._exchanges(item)
        self.outcomes.append(Outcome(item.nodeid, promise, requirements, test.verdict, test.why, seconds, exchanges))
        if teardown.verdict != "passed":
            # A clean-up that fails violates no requirement of the test before it, so it has none.
            name = f"{item.nodeid} (clean-up)"
            outcome = Outcome(name, CLEAN_UP, (), teardown.verdict, teardown.why, teardown.seconds, deletes)
            self.outcomes.append(outcome)


class _Phase(NamedTuple):
    verdict: str
    why: str
    seconds: float


def requirements_of(item: pytest.Item) -> tuple[str, ...]:
    """The requirements that a test proves."""
    return tuple(name for mark in item.iter_markers("requirement") for name in mark.args)


def _judged(raised: pytest.ExceptionInfo[BaseException] | None) -> tuple[str, str]:
    errors = [] if raised is None else _leaves(raised.value)
    if not errors:
        return "passed", ""
    if isinstance(errors[0], pytest.skip.Exception):
        return "skipped", str(errors[0])
    if any(isinstance(error, openai.RateLimitError) for error in errors):
        return "error", "refused with 429, so nothing was judged: declare the target's rate_limit"
    if guarded := next(filter(None, map(_guarded, errors)), None):
        return "skipped" if isinstance(guarded, TakenError) else "error", str(guarded)
    verdict = "failed" if all(map(_of_the_server, errors)) else "error"
    return verdict, "; ".join(map(_describe, errors))


def _leaves(error: BaseException) -> list[BaseException]:
    """The errors of a group: several fixtures can fail in one teardown."""
    if isinstance(error, BaseExceptionGroup):
        return [leaf for inner in error.exceptions for leaf in _leaves(inner)]
    return [error]


def _guarded(error: BaseException | None) -> GuardError | None:
    """The guard's refusal, either bare or wrapped by the SDK."""
    while error and not isinstance(error, GuardError):
        error = error.__cause__
    return error if isinstance(error, GuardError) else None


def _of_the_server(error: BaseException) -> bool:
    """True if the server caused the error. The SDK can raise any exception for an answer that it cannot parse.

    A text that UTF-8 cannot encode has a lone surrogate, and only an answer has one: the suite sends none.
    """
    if isinstance(error, pytest.fail.Exception):
        return error.pytrace  # True for pytest.raises; False for an error of pytest about a fixture
    if isinstance(error, AssertionError | openai.APIError | UnicodeEncodeError):
        return True
    return any(OPENAI in Path(frame.f_code.co_filename).parents for frame, _ in walk_tb(error.__traceback__))


def _describe(error: BaseException) -> str:
    if isinstance(error, AssertionError | pytest.fail.Exception):
        return str(error).split("\n")[0]
    cause = f" ({error.__cause__})" if error.__cause__ else ""
    return f"{type(error).__name__}: {error}{cause}"


def _line(text: str, secrets: Secrets) -> str:
    printable = "".join(character if character.isprintable() else " " for character in secrets.mask(text))
    return " ".join(printable.split())[:300]


@contextmanager
def _environment_of_its_own() -> Iterator[None]:
    """Removes the caller's pytest settings meanwhile: they include the test that may be running around this run."""
    before = dict(os.environ)
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        os.environ.pop(name, None)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
