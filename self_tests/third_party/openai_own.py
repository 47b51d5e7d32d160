"""`make sdk-own`: the Python SDK's own tests of assistants, from its source package, against the fake in each edition.

Their author wrote them for a mock that answers anything, with an assistant "assistant_id" that always exists. Here a
new assistant replaces that one, and any key is accepted. The exit code is 0 if only the tests fail that a right server
must fail.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

from fake_server.compose import compose
from fake_server.contract.editions import edition_names, load_document
from fake_server.fake import Answer, Call, Handler
from fake_server.http.server import serve
from sdk_tests.sdks import newest
from self_tests.wrong.wrong_server import BY_ID, handling

FILE = "tests/api_resources/beta/test_assistants.py"
# The field that these tests send alone. They fail in an edition that requires more.
SENT = "model"
CREATES = ("test_method_create", "test_raw_response_create", "test_streaming_response_create")
TO_BE_REFUSED = {
    "test_method_list_with_all_params": "lists no assistant (limit 0) between two that are not there: both are refused"
}


def main() -> int:
    sdk = newest("python")
    sdk.install()
    source = sdk.home / f"openai-{sdk.version}"
    if not source.exists():
        fetch(sdk.home, sdk.version)
    print(f"openai {sdk.version}, its own {FILE}:")
    return max([judge(edition, sdk.home / "bin" / "python", source) for edition in edition_names()])


def judge(edition: str, python: Path, source: Path) -> int:
    """1 if other tests fail than those that a right server of the edition must fail; else 0."""
    with obliging(edition) as base_url:
        ran, failed = judged(python, source, base_url)
    schema = load_document(edition)["components"]["schemas"]["CreateAssistant"]
    missing = " and ".join(name for name in schema["required"] if name != SENT)
    refused = TO_BE_REFUSED | (dict.fromkeys(CREATES, f"creates without {missing}") if missing else {})
    print(f"  edition {edition}: {ran - failed.total()} of {ran} pass.")
    for name, times in sorted(failed.items()):
        print(f"    {name} fails {times} times: it {refused.get(name, 'is to pass')}")
    return int(not ran or failed.keys() != refused.keys())


def fetch(home: Path, version: str) -> None:
    python, quietly = str(home / "bin" / "python"), ("--quiet", "--disable-pip-version-check")
    wanted = ("--no-deps", "--no-binary", "openai", f"openai=={version}", "--dest", str(home))
    subprocess.run([python, "-m", "pip", "download", *quietly, *wanted], check=True)
    with tarfile.open(home / f"openai-{version}.tar.gz") as source:
        source.extractall(home, filter="data")


@contextmanager
def obliging(edition: str) -> Iterator[str]:
    """A fake that accepts any key, and shows an assistant for any id."""
    fake = compose(rate_limit=None, edition=edition)
    fake.authenticate = lambda store, _: store.all_keys()[0]
    handling(fake, standing_in, *BY_ID)
    with serve(fake) as base_url:
        yield base_url


async def standing_in(handle: Handler, call: Call) -> Answer:
    stand_in = call.fake.store.add(call.key.organization, "Stand-in", None)
    return await handle(replace(call, assistant=call.fake.edition.assistant_id(stand_in.id)))


def judged(python: Path, source: Path, base_url: str) -> tuple[int, Counter[str]]:
    """The number of tests, and the number of failures of each function."""
    report = source / "report.xml"
    options = ("-o", "addopts=", "--quiet", "--no-header", "--tb=no", "--disable-warnings", f"--junitxml={report}")
    command = [str(python), "-m", "pytest", *options, FILE]
    variables = os.environ | {"TEST_API_BASE_URL": base_url}
    subprocess.run(command, cwd=source, env=variables, check=False, stdout=subprocess.DEVNULL)
    cases = list(ElementTree.parse(report).iter("testcase"))
    broken = (case for case in cases if case.find("failure") is not None or case.find("error") is not None)
    return len(cases), Counter(case.attrib["name"].partition("[")[0] for case in broken)


if __name__ == "__main__":
    sys.exit(main())
