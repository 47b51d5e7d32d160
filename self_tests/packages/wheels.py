"""The wheels of the two distributions, built from this checkout without a network, and places that hold only their
dependencies.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from importlib.metadata import Distribution, distribution, distributions
from pathlib import Path
from types import MappingProxyType

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
# The folder from which each distribution is built.
PROJECTS = {"assistants-contract": ROOT, "assistants-fake": ROOT / "packages/pypi"}
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")


def unpack_wheel(project: Path, folder: Path) -> Path:
    """Builds the wheel of a project, and returns the folder in which its content is installed."""
    wheels, unpacked = folder / "wheels", folder / "installed"
    build = ("wheel", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", str(wheels), str(project))
    subprocess.run([*PIP, *build], check=True, capture_output=True)
    install = ("install", "--no-deps", "--no-index", "--target", str(unpacked), *map(str, wheels.glob("*.whl")))
    subprocess.run([*PIP, *install], check=True)
    return unpacked


def own_distribution(unpacked: Path) -> Distribution:
    [own] = distributions(path=[str(unpacked)])
    return own


def dependencies(*roots: Distribution) -> dict[str, Distribution]:
    """The distributions that an installer adds to these, by name: their requirements, and the requirements of those."""
    found: dict[str, Distribution] = {}
    waiting = [requirement for root in roots for requirement in _requirements(root)]
    while waiting:
        name = canonicalize_name(waiting.pop().name)
        if name not in found:
            found[name] = distribution(name)
            waiting += _requirements(found[name])
    return found


def _requirements(of: Distribution) -> list[Requirement]:
    """Without those of extras and of other machines."""
    read = [Requirement(text) for text in of.requires or []]
    return [each for each in read if each.marker is None or each.marker.evaluate({"extra": ""})]


def top_level(of: Distribution) -> set[str]:
    """The names of the files and folders that a distribution adds to site-packages."""
    return {file.parts[0] for file in of.files or [] if file.parts[0] != ".."} - {"__pycache__"}


def link_distributions(folder: Path, all_of: Iterable[Distribution]) -> Path:
    """A folder like site-packages, with only these distributions."""
    folder.mkdir()
    for each in all_of:
        for name in top_level(each):
            (folder / name).symlink_to(Path(str(each.locate_file(name))))
    return folder


def size(of: Distribution) -> int:
    """Bytes, without the bytecode that Python adds later."""
    return sum(file.size or 0 for file in of.files or [])


def python(
    *words: str, paths: Iterable[Path], folder: Path, environment: Mapping[str, str] = MappingProxyType({})
) -> subprocess.CompletedProcess[str]:
    """Runs Python in an empty folder with only these places for modules, and the standard library."""
    empty = folder / "empty"
    empty.mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, "-S", *words],
        cwd=empty,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(map(str, paths)), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def site_packages() -> Path:
    return Path(sysconfig.get_paths()["purelib"])
