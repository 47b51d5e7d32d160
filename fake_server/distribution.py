"""The distribution that installed the fake: assistants-fake has the fake alone, assistants-contract the suite too."""

NAMES = ("assistants-contract", "assistants-fake")


def installed_version() -> str:
    """Both distributions have the same version. Raises PackageNotFoundError if neither is installed."""
    from importlib.metadata import PackageNotFoundError, version  # takes 10 ms, which the start of the fake avoids

    for name in NAMES:
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    raise PackageNotFoundError(" or ".join(NAMES))
