"""The suite in a pytest run of a user: each requirement is a test item, and a fixture tests a server of the user's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

# The runs below import these lazily. pytester forgets what a run has imported, and some of it loads only once.
from contract_tests.generators import sdk
from contract_tests.http import editions
from contract_tests.http.operations import RETRIEVE
from contract_tests.pytest_plugin import contract
from contract_tests.pytest_plugin.contract_run import NotTestedWarning, ShouldViolatedWarning
from contract_tests.runs.full_run import Run
from contract_tests.runs.result import Result
from fake_server.compose import compose
from fake_server.fake import Fake
from fake_server.http.server import serve
from self_tests.command_run import KEYS
from self_tests.wrong import SERVERS
from self_tests.wrong.wrong_server import serving, showing

pytest_plugins = ["pytester"]
# An installed package has an entry point. -W: this project's own tests make each warning an error.
PLUGIN = ("-p", "contract_tests.pytest_plugin.plugin", "-W", "default")
SUITE = ("--pyargs", "contract_tests", "--target", "target.toml")
PARTIAL, LIMIT = "modify/partial", "list/limit"

Ran = pytest.RunResult
Pytest = Callable[..., Ran]


@pytest.fixture
def run_pytest(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Pytest:
    """Runs pytest in an empty folder, with the fake's keys in the environment. Leaves out the SDK, to be fast."""
    monkeypatch.setattr(sdk, "judge_by_python", lambda *_, **__: None)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for variable, key in KEYS.items():
        monkeypatch.setenv(variable, key)
    return lambda *words: pytester.runpytest_inprocess(*PLUGIN, *words)


@pytest.fixture
def suite(run_pytest: Pytest, base_url: str) -> Pytest:
    """Runs the suite on the fake."""
    write_target(base_url)
    return lambda *words: run_pytest(*SUITE, *words)


@pytest.fixture
def violating(run_pytest: Pytest) -> Iterator[Pytest]:
    """Runs the suite on a server that violates modify/partial."""
    with wrong_server("a rename wipes the instructions") as base_url:
        write_target(base_url)
        yield lambda *words: run_pytest(*SUITE, *words)


def write_target(base_url: str) -> None:
    Path("target.toml").write_text(f'base_url = "{base_url}"\n', encoding="utf-8")


def write_baseline(id: str, reason: str = "instructions") -> None:
    Path("known.yaml").write_text(f"- {{id: {id}, why: a ticket, reason: {reason}}}\n", encoding="utf-8")


@contextmanager
def wrong_server(name: str) -> Iterator[str]:
    with serving(next(server.change for server in SERVERS if server.name == name)) as target:
        yield target.base_url


def test_each_requirement_is_an_item(suite: Pytest) -> None:
    """-k chooses a requirement by its id, and a requirement that was not tested is skipped with the reason."""
    ran = suite("-k", "retrieve/equals-created or rate/envelope", "-rs", "-v")

    ran.assert_outcomes(passed=1, skipped=1, deselected=83)
    ran.stdout.fnmatch_lines(["*[[]retrieve/equals-created[]] PASSED*", "SKIPPED * rate_limit is not declared*"])


def test_a_marker_chooses_a_level_in_an_area(suite: Pytest) -> None:
    """-m chooses the requirements of a level in an area."""
    ran = suite("-m", "should and list", "--collect-only", "-q", "--strict-markers")

    assert LIMIT in ran.stdout.str()
    assert "list/complete" not in ran.stdout.str()


def test_one_run_tests_all_chosen_requirements(suite: Pytest, monkeypatch: pytest.MonkeyPatch) -> None:
    """One run tests the chosen requirements and no other."""
    runs: list[list[str]] = []
    judge = Run.judge

    def judged(run: Run) -> Result:
        result = judge(run)
        runs.append([each.requirement.id for each in result.verdicts])
        return result

    monkeypatch.setattr(Run, "judge", judged)
    suite("-k", f"{PARTIAL} or {LIMIT}")

    assert runs == [[PARTIAL, LIMIT]]


def test_a_violation_is_a_failure_that_lf_runs_again(violating: Pytest) -> None:
    """The failure has what the terminal of `run` has."""
    first, again = violating("-k", f"{PARTIAL} or {LIMIT}"), violating("--lf", "-v")

    first.assert_outcomes(failed=1, passed=1, deselected=83)
    first.stdout.fnmatch_lines(["Requirement: *", "Expected: *", "Actual: instructions null", "*curl*"])
    again.assert_outcomes(failed=1, deselected=84)


def test_a_known_violation_is_an_xfail(violating: Pytest) -> None:
    """A violation in the baseline is an xfail with its why."""
    write_baseline(PARTIAL)
    ran = violating("-k", PARTIAL, "--baseline", "known.yaml", "-rx")

    ran.assert_outcomes(xfailed=1, deselected=84)
    ran.stdout.fnmatch_lines(["XFAIL *a ticket"])
    assert ran.ret == 0


def test_a_baseline_that_is_no_longer_true_fails(suite: Pytest) -> None:
    """The failure names the line to remove."""
    write_baseline(PARTIAL)
    ran = suite("-k", PARTIAL, "--baseline", "known.yaml")

    ran.assert_outcomes(failed=1, deselected=84)
    ran.stdout.fnmatch_lines(["known.yaml:1: modify/partial passes now: remove lines 1 to 1."])


def test_an_entry_of_a_baseline_about_nothing_fails(suite: Pytest) -> None:
    """An entry of a baseline about no requirement is an error."""
    write_baseline("modify/nothing")
    ran = suite("-k", PARTIAL, "--baseline", "known.yaml")

    ran.assert_outcomes(passed=1, errors=1, deselected=84)
    ran.stdout.fnmatch_lines(["known.yaml:1: modify/nothing is not a requirement*"])


@pytest.mark.parametrize(("words", "outcome"), [((), "passed"), (("-W", "error"), "failed")])
def test_a_violated_should_is_a_warning(words: tuple[str, ...], outcome: str, run_pytest: Pytest) -> None:
    """-W error makes it a failure."""
    with wrong_server("first and last id are: missing") as base_url:
        write_target(base_url)
        ran = run_pytest(*SUITE, "-k", "list/first-and-last-id", *words)

    assert ran.parseoutcomes()[outcome] == 1
    ran.stdout.fnmatch_lines([f"*{ShouldViolatedWarning.__name__}: list/first-and-last-id (SHOULD): *"])


def test_an_assistant_that_is_left_is_an_error(suite: Pytest, monkeypatch: pytest.MonkeyPatch) -> None:
    """An assistant that is not deleted fails the session."""
    monkeypatch.setattr(Result, "judge", lambda result, *_: result.left_behind.update({"asst-left": "primary"}))
    ran = suite("-k", PARTIAL)

    ran.stdout.fnmatch_lines(["Not deleted: asst-left"])
    assert ran.ret == pytest.ExitCode.TESTS_FAILED


def test_the_items_are_the_requirements_of_the_edition(run_pytest: Pytest) -> None:
    """The option or the target file says the edition. Without one, the items are the page's."""
    write_target("http://127.0.0.1:9/v1")
    words = ("--pyargs", "contract_tests", "--collect-only", "-q")
    page, openai = run_pytest(*words, "--target", "target.toml"), run_pytest(*words, "--edition", "openai")
    Path("target.toml").write_text('base_url = "http://127.0.0.1:9/v1"\nedition = "openai"\n', encoding="utf-8")
    declared = run_pytest(*words, "--target", "target.toml")

    assert "kept/model" in openai.stdout.str()
    assert "kept/model" in declared.stdout.str()
    assert "kept/model" not in page.stdout.str()


def test_a_server_is_judged_by_the_edition(run_pytest: Pytest, pytester: pytest.Pytester) -> None:
    """By `pytest --pyargs contract_tests` and by the fixture. Afterwards the page's edition is there again."""
    keys = {"primary": "sk-fake-primary"}
    check = 'assistants_contract.check("{url}", {keys}, only=["kept/model"], edition="openai")'
    with serve(compose(rate_limit=None, edition="openai")) as base_url:
        write_target(base_url)
        suite = run_pytest(*SUITE, "--edition", "openai", "-k", "kept/model")
        pytester.makepyfile("def test_mine(assistants_contract): " + check.format(url=base_url, keys=keys))
        fixture = run_pytest("-v")

    suite.assert_outcomes(passed=1, deselected=83)
    fixture.assert_outcomes(passed=1)
    assert editions.chosen() == editions.PAGE


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        (("--target", "target.toml", "--baseline", "none.yaml"), "none.yaml: cannot be read*", 4),
        (("--target", "target.toml", "--profile", "odd"), "--profile odd: the profiles are production and *", 4),
        (("--target", "target.toml", "--edition", "opnai"), "--edition opnai: not an edition. Did you mean openai?", 4),
        (("--target", "odd.toml"), "odd.toml: 'base_urll' is not known*", 4),
        (("--target", "gone.toml"), "http://127.0.0.1:9/v1 cannot be tested*", 2),
        ((), "*give --target*", 4),
    ],
)
def test_a_mistake_is_one_line(words: tuple[str, ...], said: str, code: int, run_pytest: Pytest) -> None:
    """It comes before the first verdict, and once."""
    write_target("http://127.0.0.1:9/v1")
    Path("gone.toml").write_text('base_url = "http://127.0.0.1:9/v1"\n', encoding="utf-8")
    Path("odd.toml").write_text('base_urll = "http://127.0.0.1:9/v1"\n', encoding="utf-8")
    ran = run_pytest("--pyargs", "contract_tests", *words)

    lines = [*ran.stdout.lines, *ran.stderr.lines]
    assert (ran.ret, sum(Path(line.removeprefix("ERROR: ")).match(said) for line in lines)) == (code, 1)
    assert "Traceback" not in str(lines)


def test_another_plugin_keeps_its_option(run_pytest: Pytest, pytester: pytest.Pytester) -> None:
    """A user's own --target works as before."""
    pytester.makeconftest('def pytest_addoption(parser): parser.addoption("--target", dest="theirs")')
    pytester.makepyfile('def test_theirs(pytestconfig): assert pytestconfig.getoption("theirs") == "x"')
    ran = run_pytest("--target", "x")

    ran.assert_outcomes(passed=1)


THEIRS = """
def test_mine(assistants_contract):
    assistants_contract.check("{base_url}", {keys}, only=["modify/partial", "rate/envelope"], **{declared})
"""


def check(run_pytest: Pytest, pytester: pytest.Pytester, base_url: str, **declared: object) -> Ran:
    """A test of a user that checks a server."""
    pytester.makepyfile(THEIRS.format(base_url=base_url, keys={"primary": "sk-fake-primary"}, declared=declared))
    return run_pytest("-v", "-rsx")


def test_the_fixture_passes_a_server_that_keeps_the_contract(
    run_pytest: Pytest, pytester: pytest.Pytester, base_url: str
) -> None:
    """A requirement that was not tested is a skipped subtest, and a warning that pytest prints without -v too."""
    ran = check(run_pytest, pytester, base_url)

    ran.assert_outcomes(passed=1, skipped=1, warnings=1)
    ran.stdout.fnmatch_lines([f"*{NotTestedWarning.__name__}: rate/envelope was not tested: rate_limit is not *"])


def test_the_fixture_fails_a_server_that_violates_a_must(run_pytest: Pytest, pytester: pytest.Pytester) -> None:
    """The fixture fails the test of a server that violates a MUST, and prints the violation."""
    with wrong_server("a rename wipes the instructions") as base_url:
        ran = check(run_pytest, pytester, base_url)

    assert ran.ret == pytest.ExitCode.TESTS_FAILED
    ran.stdout.fnmatch_lines(["*modify/partial (MUST)", "Requirement: *", "Actual: *"])


def test_the_fixture_knows_a_baseline(run_pytest: Pytest, pytester: pytest.Pytester) -> None:
    """A violation in the fixture's baseline is an xfail."""
    write_baseline(PARTIAL)
    with wrong_server("a rename wipes the instructions") as base_url:
        ran = check(run_pytest, pytester, base_url, baseline="known.yaml")

    ran.assert_outcomes(passed=1, skipped=1, xfailed=1)


@pytest.mark.parametrize(
    ("base_url", "given", "said"),
    [
        ("http://127.0.0.1:9/v1", {}, "cannot be tested"),
        ("https://api.example.com/v1", {}, "not on this machine"),
        ("http://127.0.0.1:9/v1", {"only": ["modify/nothing"]}, "modify/nothing: not a requirement"),
        ("http://127.0.0.1:9/v1", {"edition": "opnai"}, "edition: opnai: not an edition"),
        ("http://127.0.0.1:9/v1", {"baseline": "none.yaml"}, "none.yaml: cannot be read"),
        ("http://127.0.0.1:9/v1", {"keys": {"sibling": "k"}}, "the key of primary is needed"),
    ],
)
def test_the_fixture_explains_a_mistake(
    base_url: str, given: dict[str, object], said: str, subtests: pytest.Subtests
) -> None:
    """A mistake in a call of the fixture fails the test in one line that names the mistake."""
    words: dict[str, Any] = {"keys": {"primary": "sk-fake-primary"}, **given}
    with pytest.raises(pytest.fail.Exception, match=said):
        contract.Contract(subtests).check(base_url, **words)


def test_an_answer_cannot_steer_the_terminal(run_pytest: Pytest, fake: Fake, base_url: str) -> None:
    """A control character in an answer of the server is printed as an escape."""
    write_target(base_url)
    showing(fake, lambda _, document: {**document, "instructions": "\x1b[2J"}, RETRIEVE)
    ran = run_pytest(*SUITE, "-k", "retrieve/equals-created")

    assert "\\x1b[2J" in ran.stdout.str()
    assert "\x1b[2J" not in ran.stdout.str()
