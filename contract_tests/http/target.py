"""The target: the URL of the implementation to test, its keys, and its declarations."""

from __future__ import annotations

import os
import re
import time
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from contract_tests.http import editions, input_file, json_text
from contract_tests.http.input_file import InputFileError
from contract_tests.http.openapi import page_tier
from contract_tests.http.operations import bare

ROLES = {
    "primary": "ASSISTANTS_API_KEY",
    "sibling": "ASSISTANTS_SIBLING_API_KEY",
    "foreign": "ASSISTANTS_FOREIGN_API_KEY",
}
# The variables of the second server of a comparison.
OTHERS = {role: name.replace("ASSISTANTS_", "ASSISTANTS_B_") for role, name in ROLES.items()}
TYPES: dict[type | tuple[type, ...], str] = {
    str: "of type str",
    int: "of type int",
    dict: "of type dict",
    (int, float): "a number",
}
DECLARATIONS: dict[str, type | tuple[type, ...]] = {
    "base_url": str,
    "edition": str,
    "bound_id": str,
    "expendable_id": str,
    "rate_limit": int,
    "assistants": int,
    "timeout": (int, float),
    "ca_file": str,
    "headers": dict,
    "keys": dict,
    "create": dict,
}
# A header that a gateway wants can be any other.
SUITES_HEADERS = (
    *("authorization", "content-type", "accept"),
    *("host", "content-length", "transfer-encoding", "connection"),
)
VARIABLE = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")
LONGEST_TIMEOUT = 3600
TIMEOUT = 30.0  # seconds for one call, from the first packet to the last byte
ASSISTANTS = 500  # the maximum of an organization, unless the target declares another
# Also matches comments, which may contain brackets too.
TOML_STRING = re.compile(r"""'''.*?'''|\"{3}.*?\"{3}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|\#[^\n]*""", re.DOTALL)
DECLARED = ("bound_id", "expendable_id")  # the declarations of assistants


class TargetError(Exception):
    """The target cannot be tested. The text is the one line that the user sees."""


@dataclass(frozen=True)
class Clock:
    """The clock of the target, in seconds: the system's clock, or the clock of our own fake.

    A rest is for the limiter, unless `name_wait` got another cause before the rest.
    """

    now: Callable[[], float] = time.time
    rest: Callable[[float], None] = time.sleep
    name_wait: Callable[[str], None] = lambda _: None

    def wait_for(self, cause: str, seconds: float) -> None:
        """Rests for a cause other than the limiter. The progress names the cause to a person who waits."""
        self.name_wait(cause)
        self.rest(seconds)


@dataclass(frozen=True)
class Target:
    """`base_url` ends in /v1 or its like, without a slash. `rate_limit` is calls a minute: 0 for none, None if not
    declared. `assistants` is the maximum number of assistants in the organization. `create` are the fields that a
    create needs beside the name. `edition` is the declared edition of the contract; None if none is.
    `variables` has, for each role, the environment variable that holds its key.

    Each call has the `query` and the `headers` too. In a header, $NAME stands for the value of `secrets` by that name.
    Each call is over within `timeout` seconds. `ca_file` has the authorities that are trusted. `wait` is how many
    seconds the first call waits for a server that is starting."""

    base_url: str
    keys: Mapping[str, str] = field(repr=False)
    bound_id: str | None = None
    expendable_id: str | None = None
    rate_limit: int | None = None
    assistants: int = ASSISTANTS
    create: Mapping[str, Any] = field(default_factory=dict)
    edition: str | None = None
    variables: Mapping[str, str] = field(default_factory=lambda: ROLES)
    headers: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: str = ""
    ca_file: str | None = None
    timeout: float = TIMEOUT
    wait: float = 0.0
    clock: Clock = Clock()

    @property
    def declared_ids(self) -> list[str]:
        """The assistants that the target file names."""
        return [id for name in DECLARED if (id := getattr(self, name))]

    @property
    def has(self) -> set[str]:
        """The needs of requirements that this target meets: names of roles, bound_id, expendable_id, rate_limit."""
        declared = {name for name in (*DECLARED, "rate_limit") if getattr(self, name)}
        return set(self.keys) | declared

    @property
    def sent_headers(self) -> dict[str, str]:
        """The headers with the secrets in them, by their names in lower case."""
        return {name.lower(): _fill_in(text, self.secrets) for name, text in self.headers.items()}

    def with_query(self, path: str) -> str:
        """A path below the base URL with the query of the base URL behind its own."""
        return f"{path}{'&' if '?' in path else '?'}{self.query}" if self.query else path

    def lacks(self, need: str) -> str:
        """The reason and the remedy for a need that this target does not meet, in one line."""
        if need in ROLES:
            return f"no {need} key: set {self.variables.get(need, ROLES[need])}"
        if need == "rate_limit" and self.rate_limit == 0:
            return (
                "the target declares that it has no limiter (rate_limit = 0): test a copy with its limiter on, "
                "or leave the area out with --skip rate"
            )
        return f"{need} is not declared: name it in the file given to --target"


def has_own_variables(variables: Mapping[str, str]) -> bool:
    """True if one of the variables that hold the keys is known from a target file alone."""
    return not {*ROLES.values(), *OTHERS.values()}.issuperset(variables.values())


def is_loopback(base_url: str) -> bool:
    """True if the host name or address of the URL means this machine."""
    host = urlsplit(base_url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def from_environment(base_url: str, variables: Mapping[str, str] = ROLES, needs_key: bool = True) -> Target:
    """A target given by its URL, with the keys in the environment. Only a run that sends something needs a key."""
    return _target({"base_url": base_url, "keys": dict(variables)}, "BASE_URL", needs_key)


def from_file(path: Path, needs_key: bool = True) -> Target:
    """A target given by a TOML file, which names environment variables for the keys."""
    try:
        text = input_file.read_text(path)
        json_text.check_depth(text, TOML_STRING)
        declared = tomllib.loads(text)
        json_text.check_value(declared)
    except InputFileError as fault:
        raise TargetError(str(fault)) from fault
    except ValueError as fault:
        raise TargetError(f"{path}: not TOML that can be used ({fault}).") from fault
    if isinstance(file := declared.get("ca_file"), str):
        declared["ca_file"] = str(path.parent / file)
    return _target(declared, str(path), needs_key)


def from_ledger(base_url: str, variables: Mapping[str, str], where: Path) -> Target:
    """The target of a run that is over, with the keys that its variables hold now."""
    return _target({"base_url": base_url, "keys": dict(variables)}, str(where))


def _target(declared: dict[str, Any], where: str, needs_key: bool = True) -> Target:
    _check_declarations(declared, where)
    base_url, query = _base_url(declared["base_url"], where)
    headers = declared.get("headers", {})
    variables = {**ROLES, **declared.get("keys", {})}
    keys = {role: os.environ[name] for role, name in variables.items() if os.environ.get(name)}
    if "primary" not in keys and needs_key:
        raise TargetError(f"No key: put the primary key into the environment as {variables['primary']}.")
    _check_keys(keys, variables)
    return Target(
        base_url=base_url,
        keys=keys,
        bound_id=declared.get("bound_id"),
        expendable_id=declared.get("expendable_id"),
        rate_limit=declared.get("rate_limit", None if is_loopback(base_url) else page_tier()),
        assistants=declared.get("assistants", ASSISTANTS),
        create=declared.get("create", {}),
        edition=declared.get("edition"),
        variables=variables,
        headers=headers,
        secrets=_secrets(headers, where),
        query=query,
        ca_file=_ca_file(declared.get("ca_file"), where),
        timeout=float(declared.get("timeout", TIMEOUT)),
    )


def _check_declarations(declared: dict[str, Any], where: str) -> None:
    for name, value in declared.items():
        if name not in DECLARATIONS:
            raise TargetError(f"{where}: '{name}' is not known; the known names are {', '.join(DECLARATIONS)}.")
        if not isinstance(value, DECLARATIONS[name]) or isinstance(value, bool):
            raise TargetError(f"{where}: '{name}' must be {TYPES[DECLARATIONS[name]]}.")
    if "base_url" not in declared:
        raise TargetError(f"{where}: 'base_url' is missing.")
    try:
        editions.check(declared.get("edition", editions.PAGE))
    except editions.UnknownEditionError as fault:
        raise TargetError(f"{where}: edition {fault}") from fault
    for name, meaning in (("rate_limit", "calls a minute"), ("assistants", "the maximum number of assistants")):
        if declared.get(name, 0) < 0:
            raise TargetError(f"{where}: '{name}' is {meaning}, 0 for none.")
    own = [bare(declared[name]) for name in DECLARED if declared.get(name)]
    if len(own) == 2 and own[0] == own[1]:
        raise TargetError(f"{where}: 'bound_id' and 'expendable_id' are one assistant: only the second may be deleted.")
    if not 0 < declared.get("timeout", TIMEOUT) <= LONGEST_TIMEOUT:
        raise TargetError(f"{where}: 'timeout' is the seconds of one call: more than 0, at most {LONGEST_TIMEOUT}.")
    _check_headers(declared.get("headers", {}), where)
    for role, name in declared.get("keys", {}).items():
        if role not in ROLES:
            raise TargetError(f"{where}: keys.{role} is not known; the roles are {', '.join(ROLES)}.")
        if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            raise TargetError(f"{where}: keys.{role} must name an environment variable, not hold the key.")


def _check_headers(headers: Mapping[str, Any], where: str) -> None:
    for name, text in headers.items():
        if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):
            raise TargetError(f"{where}: headers: {name!r} is no name of a header.")
        if name.lower() in SUITES_HEADERS:
            raise TargetError(f"{where}: headers: the suite itself sends {name.lower()}.")
        if not isinstance(text, str) or not re.fullmatch(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?", text):
            raise TargetError(f"{where}: headers.{name} must be a text of printable ASCII.")


def _secrets(headers: Mapping[str, str], where: str) -> dict[str, str]:
    """The environment variables that the headers name, with their values."""
    secrets: dict[str, str] = {}
    for name, text in headers.items():
        for variable in VARIABLE.findall(text):
            secrets[variable] = value = os.environ.get(variable, "")
            if not re.fullmatch(r"[\x21-\x7e]+", value):
                why = "is not set" if not value else "must be printable ASCII without spaces"
                raise TargetError(f"{where}: headers.{name}: the environment variable {variable} {why}.")
    return secrets


def _fill_in(text: str, secrets: Mapping[str, str]) -> str:
    return VARIABLE.sub(lambda found: secrets[found[1]], text)


def _ca_file(file: str | None, where: str) -> str | None:
    if file and not os.path.exists(file):
        raise TargetError(f"{where}: ca_file: {file} is not there.")
    return file


def _check_keys(keys: Mapping[str, str], variables: Mapping[str, str]) -> None:
    for role, key in keys.items():
        if not re.fullmatch(r"[\x21-\x7e]+", key):
            raise TargetError(f"{variables[role]}: a key is printable ASCII without spaces.")
    for role in keys:
        if role != "primary" and keys[role] == keys.get("primary"):
            raise TargetError(f"{variables[role]}: the {role} key equals the primary key; it must be another key.")


def _base_url(text: str, where: str) -> tuple[str, str]:
    """The base URL without its query, and the query."""
    try:
        url = urlsplit(text)
        url.port  # noqa: B018 - the access validates the port
    except ValueError as fault:
        raise TargetError(f"{where}: '{text}' is not a URL ({fault}).") from fault
    if url.username or url.password:
        raise TargetError(f"{where}: the base URL holds a user name or a password. Keys belong in the environment.")
    if url.scheme not in ("http", "https") or not url.hostname or url.fragment:
        raise TargetError(f"{where}: '{text}' is not a base URL such as http://127.0.0.1:8080/v1.")
    if not re.fullmatch(r"[\x21-\x7e]*", text.removeprefix(f"{url.scheme}://{url.netloc}")):
        raise TargetError(f"{where}: '{text}' has characters that must be percent-encoded.")
    return url._replace(query="").geturl().rstrip("/"), url.query
