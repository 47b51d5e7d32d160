"""The opening of a run: reads that show, before anything is created, that the target is the one that the user means.

The address has a list of assistants, each key is of the organization that its role says, and the declared assistants
exist. No read shows which assistant a key is bound to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from secrets import token_hex
from urllib.parse import urlsplit

from contract_tests.generators.session import Session, is_page, page_ids
from contract_tests.http import operations
from contract_tests.http.client import PLAIN, Client
from contract_tests.http.openapi import id_prefixes, page_limit
from contract_tests.http.target import DECLARED, TargetError
from contract_tests.oracle.errors import error_of

NOT_HERE = (404, 405)


class OddKeyError(TargetError):
    """A key shows another organization than its role says, or the server violates a requirement about organizations."""


def open_lists(session: Session, roles: Iterable[str], most: int | None = None) -> None:
    """Lists the existing assistants before the run creates one, so that the run never takes them for its own.

    Raises TargetError if a key is refused, if another address has the list, or if a list has more than `most` pages.
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
            _check_address(session)


def has_list(session: Session) -> bool:
    """True if the first list of the primary key was a page."""
    return is_page(session.first_answers["primary"])


def check_service(session: Session) -> None:
    """Raises TargetError if the list and a retrieve of an unknown id are answered alike, and not by this API: by a
    gateway, or by a service that is down. Nothing was created then."""
    listed = session.first_answers["primary"]
    if is_page(listed):
        return
    other = session.client.send(operations.retrieve(f"{id_prefixes()[0]}{token_hex(12)}")).response
    if listed.status == other.status and (listed.status >= 500 or not error_of(other.json)):
        raise TargetError(
            f"{session.target.base_url} answers {listed.status} to a list and to a retrieve: is the service up, and is "
            "the address right?"
        )


def check_declared(session: Session) -> None:
    """Raises TargetError if a declared assistant does not exist: the requirements about it cannot be tested."""
    for name in DECLARED if has_list(session) else ():
        id = getattr(session.target, name)
        if id and id not in session.others and session.client.send(operations.retrieve(id)).response.status == 404:
            raise TargetError(
                f"{session.target.base_url} has no {id}, which is declared as {name}: declare an assistant that exists."
            )


def check_keys(session: Session) -> None:
    """Lists with the second key of the organization and with the foreign key. Raises OddKeyError if a key is of an
    organization that its role does not say. A server that violates a requirement about organizations can look like
    that, too: the text says so. The first list has no limit, which tests the size of such a page.
    """
    shared = set(page_ids(session.send_first(operations.list_(session.second))))
    foreign = set(_first_page(session, "foreign"))
    others = set(session.others)
    if others and shared and others.isdisjoint(shared) and not _retrieves(session, session.others[0], session.second):
        raise OddKeyError(
            f"The sibling key ({_variable(session, 'sibling')}) shows none of the assistants of the primary key: give "
            "another key of the same organization. If it is one, the server violates org/shared-by-its-keys."
        )
    if foreign and foreign <= others and _share(session) and _checks_keys(session):
        raise OddKeyError(
            f"The foreign key ({_variable(session, 'foreign')}) shows the assistants of the primary key: give a key of "
            "another organization. If it is one, the server violates org/closed-to-others."
        )


def _first_page(session: Session, role: str) -> list[str]:
    has_key = role in session.target.keys
    return page_ids(session.send_first(operations.list_(role, limit=page_limit().maximum))) if has_key else []


def _share(session: Session) -> bool:
    """True if the primary and the foreign key retrieve the same assistants. A list alone may show others' too."""
    ends = {session.others[0], session.others[-1]}
    return all(_retrieves(session, id, role) for id in ends for role in ("primary", "foreign"))


def _retrieves(session: Session, id: str, role: str) -> bool:
    return session.client.send(operations.retrieve(id, role)).response.accepted


def _checks_keys(session: Session) -> bool:
    """False if the server accepts any key: then its keys tell nothing about organizations."""
    return not session.client.send(operations.list_("stranger")).response.accepted


def _variable(session: Session, role: str) -> str:
    return session.target.variables.get(role, role)


def _check_address(session: Session) -> None:
    """Raises TargetError if the base URL has no list of assistants and an address near it has one."""
    answer, target = session.first_answers["primary"], session.target
    if is_page(answer) or not (answer.accepted or answer.status in NOT_HERE):
        return
    for base_url in _near(target.base_url):
        near = Client(replace(target, base_url=base_url)).send_once(PLAIN).response
        if is_page(near) or near.status == 401:
            raise TargetError(
                f"{target.base_url}{operations.COLLECTION} answers {answer.status} and no list: "
                f"did you mean {base_url}?"
            )


def _near(base_url: str) -> Iterator[str]:
    """The base URLs that a user may have meant, without this one."""
    without = base_url.removesuffix(operations.COLLECTION)
    root = urlsplit(base_url)._replace(path="").geturl()
    near = (without, f"{without}/v1", f"{root}/v1", without.removesuffix("/v1"))
    return (each for each in dict.fromkeys(near) if each != base_url)
