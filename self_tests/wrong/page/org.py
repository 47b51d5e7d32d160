"""Wrong organizations: closed to their own keys, or open to the keys of others."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace

from contract_tests.http.operations import CREATE, DELETE, LIST, MODIFIES, MODIFY, PATCH, RETRIEVE
from fake_server.domain.assistants import PREFIX, Project
from fake_server.domain.errors import UnknownAssistant
from fake_server.fake import Answer, Call, Fake, Handler
from fake_server.storage.seed import KEYS
from self_tests.wrong.wrong_server import BY_ID, answering, around, handling, refusal, target, unknown, wrong

SHARED, CLOSED = "org/shared-by-its-keys", "org/closed-to-others"


def remember_makers(fake: Fake) -> dict[str, str]:
    """A dictionary that is filled, at each create, with the project of the key that created the assistant."""
    makers: dict[str, str] = {}
    answering(fake, lambda call, answer: makers.update({answer.body["id"]: call.key.project}), CREATE)
    return makers


@wrong(SHARED, each=BY_ID)
def scoped_to_the_key_that_made_it(fake: Fake, operation: str) -> None:
    """The query has `where project_id = key.project_id` in place of the organization's id."""
    makers = remember_makers(fake)
    unknown(fake, lambda call: makers.get(call.assistant, call.key.project) != call.key.project, operation)


@wrong(SHARED)
def a_list_of_ones_own_alone(fake: Fake) -> None:
    makers, asking = remember_makers(fake), [""]

    async def handle(old: Handler, call: Call) -> Answer:
        asking[0] = call.key.project
        return await old(call)

    def is_own(project: Project) -> bool:
        return makers.get(PREFIX + project.id, asking[0]) == asking[0]

    handling(fake, handle, LIST)
    around(fake.store, "projects", lambda old, organization: [*filter(is_own, old(organization))])


@wrong(SHARED)
def a_second_key_may_only_read(fake: Fake) -> None:
    unknown(fake, lambda call: call.key.label == "sibling", *MODIFIES, DELETE)


@wrong(SHARED, "org/closed-to-others")
def a_second_key_has_an_organization_of_its_own(fake: Fake) -> None:
    """The code takes the key's project for its tenant."""
    sibling = replace(KEYS[1], organization="org-globex")
    around(fake.store, "key", lambda old, secret: sibling if secret == sibling.secret else old(secret))


@wrong(CLOSED, each=BY_ID)
def the_id_alone_decides(fake: Fake, operation: str) -> None:
    """The code is `get_by_id` without the organization. Real servers had this fault on one of the four routes, or
    behind a flag on all.
    """

    def handle(old: Handler, call: Call) -> Awaitable[Answer]:
        project = target(call)
        call.key = replace(call.key, organization=project.organization if project else call.key.organization)
        return old(call)

    handling(fake, handle, operation)


@wrong(CLOSED)
def the_list_shows_everybodys(fake: Fake) -> None:
    around(fake.store, "projects", lambda old, _: [*old("org-acme"), *old("org-globex")])


@wrong(CLOSED, each=[MODIFY, PATCH, DELETE])
def refused_to_others_but_done(fake: Fake, operation: str) -> None:
    """The code looks up the owner afterwards, and then answers 404."""

    async def handle(old: Handler, call: Call) -> Answer:
        project, own = target(call), call.key
        if project and project.organization != own.organization:
            await old(replace(call, key=replace(own, organization=project.organization)))
        return await old(call)

    handling(fake, handle, operation)


@wrong("org/others-look-unknown", each=BY_ID)
def forbidden_instead_of_unknown(fake: Fake, operation: str) -> None:
    """A 403 tells a stranger that the id exists."""
    refused = refusal(fake, 403, "permission_error")

    def handle(old: Handler, call: Call) -> Awaitable[Answer]:
        project = target(call)
        if project and project.organization != call.key.organization:
            raise refused
        return old(call)

    handling(fake, handle, operation)


@wrong(CLOSED)
def a_404_that_tells_a_stranger_the_name(fake: Fake) -> None:
    """The message is `No assistant '{project.title}' in your organization`, and the query has no organization."""

    async def handle(old: Handler, call: Call) -> Answer:
        project = target(call)
        if project and project.organization != call.key.organization:
            raise UnknownAssistant(f"'{project.title}' is not in your organization.")
        return await old(call)

    handling(fake, handle, RETRIEVE)
