"""`make bench-start`: measures the CPU time of a command until it has printed a help text, a list, or a usage error."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Sequence

RUNS = 5
LIMIT = 0.35  # seconds of CPU time
COMMANDS: dict[str, Sequence[str]] = {
    "assistants-contract --help": ("contract_tests", "--help"),
    "assistants-contract run --help": ("contract_tests", "run", "--help"),
    "assistants-contract list": ("contract_tests", "list"),
    "assistants-contract explain modify/partial": ("contract_tests", "explain", "modify/partial"),
    "assistants-contract plan BASE_URL": (
        "contract_tests",
        "plan",
        "https://assistants.example/v1",
        "--profile=production",
    ),
    "assistants-contract run --unknown": ("contract_tests", "run", "--unknown"),
    "assistants-contract run --only unknown/id": ("contract_tests", "run", "--only", "unknown/id"),
    "assistants-fake --help": ("fake_server", "--help"),
}


def cpu_seconds(words: Sequence[str]) -> float:
    """User and system time of one command, its interpreter included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = os.environ | {"ASSISTANTS_API_KEY": "sk-bench"}
    subprocess.run([sys.executable, "-m", *words], env=environment, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    print(f"CPU time, the best of {RUNS} runs; at most {LIMIT} s are wanted\n")
    for name, words in COMMANDS.items():
        seconds = min(cpu_seconds(words) for _ in range(RUNS))
        print(f"{seconds:6.2f} s  {name}{'  TOO SLOW' * (seconds > LIMIT)}")


if __name__ == "__main__":
    main()
