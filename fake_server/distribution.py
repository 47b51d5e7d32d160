"""The distribution that installed the fake: assistants-fake has the fake alone, assistants-contract the suite too."""

from importlib.metadata import PackageNotFoundError, version

NAMES = ("assistants-contract", "assistants-fake")


def installed_version() -> str:
    """Both distributions have the same version. Raises PackageNotFoundError if neither is installed."""
    for name in NAMES:
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    raise PackageNotFoundError(" or ".join(NAMES))
