"""Wrong creates: they demand more, accept more, keep less, or answer otherwise than the contract says."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from zlib import crc32

from contract_tests.http.operations import CREATE, MODIFIES, PATCH
from fake_server.domain.assistants import PREFIX, Project
from fake_server.domain.errors import InvalidParameter
from fake_server.fake import Answer, Call, Fake, Handler
from self_tests.wrong.wrong_server import (
    Document,
    answering,
    around,
    getting,
    giving_ids,
    handling,
    kind,
    operation_of,
    reading,
    reading_field,
    refusing,
    responding,
    showing,
    write,
    wrong,
)

KEEPS, WHOLE = "create/keeps-what-it-is-given", "create/answers-the-assistant"
NAME, TEXT = "create/name-is-text", "create/instructions-are-text"
FIELDS = ["created_at", "object", "instructions", "model", "metadata"]


def texts(fake: Fake, change: Callable[[str], str], *fields: str, operations: tuple[str, ...] = ()) -> None:
    """Changes these texts before they are stored (name and instructions, if no field is given)."""

    def mangle(body: Document) -> Document:
        return body | {name: change(body[name]) for name in fields or ("name", "instructions") if body.get(name)}

    getting(fake, mangle, *operations)


def leaving_behind(fake: Fake, when: Callable[[Document], bool]) -> None:
    """Creates an assistant from such bodies, although the answer refuses them."""

    def check(old: Callable[..., Any], operation: Any, value: Any) -> Any:
        if operation.id == CREATE and isinstance(value, dict) and when(value):
            texts = [value.get(name) for name in ("name", "instructions")]
            title, prompt = (text if isinstance(text, str) else None for text in texts)
            fake.store.add("org-acme", title or "Untitled", prompt)
        return old(operation, value)

    around(fake, "check_body", check)


def is_no_text(body: Document, name: str) -> bool:
    return not isinstance(body.get(name), str | None)


# --- create/name-suffices


@wrong("create/name-suffices")
def a_model_is_demanded(fake: Fake) -> None:
    """OpenAI's own reference demands a model."""
    refusing(fake, lambda body: "model" not in body, CREATE)


@wrong("create/name-suffices")
def instructions_are_demanded(fake: Fake) -> None:
    refusing(fake, lambda body: "instructions" not in body, CREATE)


@wrong("errors/never-5xx")
def a_name_alone_crashes(fake: Fake) -> None:
    getting(fake, lambda body: body | {"instructions": body["instructions"]}, CREATE)


@wrong("create/name-suffices")
def equal_names_are_refused(fake: Fake) -> None:
    """The title has a unique index."""

    def handle(old: Handler, call: Call) -> Awaitable[Answer]:
        if any(each.title == call.body["name"] for each in fake.store.projects(call.key.organization)):
            raise InvalidParameter("There is one of this name.", "name")
        return old(call)

    handling(fake, handle, CREATE)


# --- create/name-required


@wrong("create/name-required")
def no_name_is_called_untitled(fake: Fake) -> None:
    reading(fake, lambda body: {"name": "Untitled"} | body, CREATE)


@wrong("create/name-required")
def null_is_a_name(fake: Fake) -> None:
    """The code checks `"name" in body` and nothing else."""
    reading(fake, lambda body: body | {"name": "null"} if body.get("name", 0) is None else body, CREATE)


@wrong("errors/bad-input-is-400")
def invalid_input_is_unprocessable(fake: Fake) -> None:
    """FastAPI answers 422 by default."""
    kind(fake, InvalidParameter, status=422)


@wrong("errors/never-5xx")
def no_name_is_refused_with_500(fake: Fake) -> None:
    reading(fake, lambda body: body | {"name": body["name"]}, CREATE)


@wrong("create/name-required")
def no_name_is_refused_but_made(fake: Fake) -> None:
    leaving_behind(fake, lambda body: body.get("name") is None)


# --- create/name-is-text and create/instructions-are-text


@wrong(NAME)
def a_number_becomes_a_name(fake: Fake) -> None:
    """Pydantic 1 converts numbers, and so does JavaScript that builds its row with a template."""
    reading_field(fake, "name", int, str, CREATE)


@wrong(NAME)
def whatever_comes_becomes_a_name(fake: Fake) -> None:
    reading_field(fake, "name", int | float | list | dict, json.dumps, CREATE)


@wrong(NAME)
def a_number_for_a_name_is_refused_but_made(fake: Fake) -> None:
    leaving_behind(fake, lambda body: is_no_text(body, "name"))


@wrong(TEXT)
def a_number_becomes_instructions(fake: Fake) -> None:
    reading_field(fake, "instructions", int | float, str, CREATE)


@wrong(TEXT)
def an_object_becomes_instructions(fake: Fake) -> None:
    reading_field(fake, "instructions", dict | list, json.dumps, CREATE)


@wrong(TEXT)
def whatever_is_falsy_is_no_instructions(fake: Fake) -> None:
    """The code is `body.instructions || null`: 0 and false become null, in Python also [] and {}."""
    reading_field(fake, "instructions", object, lambda value: value or None, CREATE)


@wrong(TEXT)
def a_number_for_instructions_is_refused_but_made(fake: Fake) -> None:
    leaving_behind(fake, lambda body: is_no_text(body, "instructions"))


@wrong("errors/never-5xx")
def a_number_for_instructions_crashes(fake: Fake) -> None:
    """The code calls `instructions.strip()` without a type check."""
    reading_field(fake, "instructions", object, lambda value: (value.strip(), value)[1] if value else value, CREATE)


# --- create/keeps-what-it-is-given


@wrong(KEEPS)
def names_are_trimmed(fake: Fake) -> None:
    texts(fake, str.strip, "name")


@wrong(KEEPS)
def instructions_are_trimmed(fake: Fake) -> None:
    texts(fake, str.strip, "instructions")


@wrong(KEEPS)
def inner_white_space_is_folded(fake: Fake) -> None:
    texts(fake, lambda text: re.sub(" +", " ", text), "name")


@wrong(KEEPS)
def names_are_lower_cased(fake: Fake) -> None:
    texts(fake, str.lower, "name")


@wrong(KEEPS, each=["NFC", "NFD"])
def texts_are_normalized(fake: Fake, form: Any) -> None:
    """File names of macOS are NFD, and many database drivers write texts as NFC."""
    texts(fake, lambda text: unicodedata.normalize(form, text))


@wrong(KEEPS, each=[64, 255])
def names_are_cut_at(fake: Fake, width: int) -> None:
    """The column has this width, and the database does not complain."""
    texts(fake, lambda text: text[:width], "name")


@wrong(KEEPS, each=[4096, 65535])
def instructions_are_cut_at(fake: Fake, width: int) -> None:
    texts(fake, lambda text: text[:width], "instructions")


@wrong(KEEPS)
def markup_is_escaped(fake: Fake) -> None:
    texts(fake, html.escape)


@wrong(KEEPS)
def markup_is_stripped(fake: Fake) -> None:
    """A sanitizer removes markup."""
    texts(fake, lambda text: re.sub("<[^>]*>", "", text))


@wrong(KEEPS)
def line_breaks_are_made_one_kind(fake: Fake) -> None:
    texts(fake, lambda text: text.replace("\r\n", "\n").replace("\r", "\n"), "instructions")


@wrong(KEEPS)
def four_byte_characters_become_question_marks(fake: Fake) -> None:
    """MySQL's utf8 holds three bytes for a character."""
    texts(fake, lambda text: re.sub("[\U00010000-\U0010ffff]", "?", text))


@wrong(KEEPS)
def zero_width_characters_are_dropped(fake: Fake) -> None:
    texts(fake, lambda text: re.sub("[\u200b\u202c\u202e\ufeff]", "", text))


@wrong(KEEPS)
def quotes_are_doubled(fake: Fake) -> None:
    """The code escapes by hand, and the driver escapes again."""
    texts(fake, lambda text: text.replace("'", "''"))


@wrong(KEEPS)
def a_name_that_reads_null_is_none(fake: Fake) -> None:
    showing(fake, lambda _, document: {**document, "name": None} if document["name"] == "null" else None)


@wrong(KEEPS)
def a_name_that_looks_like_a_number_becomes_one(fake: Fake) -> None:
    """YAML or a spreadsheet converts the name."""
    texts(fake, lambda text: str(int(text)) if text.isdecimal() else text, "name")


@wrong(KEEPS)
def no_instructions_become_a_default(fake: Fake) -> None:
    default = "You are a helpful assistant."
    getting(fake, lambda body: body | {"instructions": body.get("instructions") or default}, CREATE)


@wrong(KEEPS, "modify/post-and-patch-alike", each=MODIFIES)
def texts_are_trimmed_by_one_verb_alone(fake: Fake, operation: str) -> None:
    texts(fake, str.strip, operations=(operation,))


@wrong(KEEPS, "modify/post-and-patch-alike")
def a_text_too_long_is_cut_by_patch(fake: Fake) -> None:
    texts(fake, lambda text: text[:40], "instructions", operations=(PATCH,))


@wrong(KEEPS, "retrieve/equals-created")
def the_answer_shows_what_was_sent_and_not_what_was_kept(fake: Fake) -> None:
    answering(fake, lambda call, answer: write(fake, kept(call, answer), title=answer.body["name"].upper()), CREATE)


def kept(call: Call, answer: Answer) -> Project:
    """The stored project of the assistant in an answer."""
    projects = call.fake.store.projects(call.key.organization)
    return next(each for each in projects if PREFIX + each.id == answer.body["id"])


# --- ids


def prefixed(fake: Fake, prefix: str) -> None:
    """The id of each new assistant begins with this prefix, in answers, in paths and in cursors."""

    def there(response: Any) -> None:
        response.body = re.sub(rb'"asst-(?=[0-9a-f]{24}")', f'"{prefix}'.encode(), response.body or b"")

    def back(id: Any) -> Any:
        return re.sub(f"^{prefix}(?=[0-9a-f]{{24}}$)", PREFIX, id) if isinstance(id, str) else id

    def handle(old: Handler, call: Call) -> Awaitable[Answer]:
        call.assistant, call.query = back(call.assistant), {name: back(value) for name, value in call.query.items()}
        return old(call)

    responding(fake, there)
    handling(fake, handle)


@wrong("create/id-is-asst-hyphen", each=["asst_", "asst", "proj-"])
def ids_begin_with(fake: Fake, prefix: str) -> None:
    """OpenAI's own ids have an underscore."""
    prefixed(fake, prefix)


@wrong("create/id-is-asst-hyphen")
def ids_are_the_projects_own(fake: Fake) -> None:
    prefixed(fake, "")


@wrong("create/id-is-asst-hyphen")
def ids_are_numbers(fake: Fake) -> None:
    showing(fake, lambda _, document: {**document, "id": crc32(document["id"].encode())})


@wrong("create/id-is-asst-hyphen")
def a_create_answers_the_bare_id(fake: Fake) -> None:
    showing(fake, lambda _, document: {**document, "id": document["id"].removeprefix("asst-")}, CREATE)


@wrong("create/id-is-asst-hyphen")
def a_create_answers_the_prefix_alone(fake: Fake) -> None:
    showing(fake, lambda _, document: {**document, "id": "asst-"}, CREATE)


@wrong("create/ids-are-unique")
def ids_are_made_of_the_name(fake: Fake) -> None:
    """The id is a slug."""
    giving_ids(fake, lambda project: re.sub("[^a-z0-9]+", "-", (project.title or "").lower()) or "x")


@wrong("create/ids-are-unique")
def ids_are_the_hour_of_birth(fake: Fake) -> None:
    giving_ids(fake, lambda project: f"{project.created_at // 3600:024}")


@wrong("create/ids-are-unique")
def the_id_of_a_deleted_one_is_given_again(fake: Fake) -> None:
    """The id is the number of rows plus one."""
    giving_ids(fake, lambda project: f"project{len(fake.store.projects(project.organization)):016}")


@wrong("create/ids-are-unique")
def equal_names_are_merged(fake: Fake) -> None:
    """The code uses INSERT ... ON CONFLICT DO NOTHING, or get_or_create."""

    def add(old: Callable[..., Project], organization: str, title: str, prompt: str | None) -> Project:
        alike = [each for each in fake.store.projects(organization) if each.title == title]
        return alike[0] if alike else old(organization, title, prompt)

    around(fake.store, "add", add)


@wrong("create/ids-are-unique")
def every_create_answers_the_same_id(fake: Fake) -> None:
    """A mock answers the example of its document."""
    showing(fake, lambda _, document: {**document, "id": "asst-abc123"}, CREATE)


# --- create/answers-the-assistant


@wrong(WHOLE, each=FIELDS)
def a_field_is_left_out(fake: Fake, field: str) -> None:
    around(fake, "render", lambda render, *of: {name: value for name, value in render(*of).items() if name != field})


@wrong(WHOLE)
def null_and_empty_fields_are_left_out(fake: Fake) -> None:
    """Go's omitempty leaves these fields out."""
    showing(fake, lambda _, document: {name: value for name, value in document.items() if value not in (None, {})})


@wrong(WHOLE)
def null_fields_are_left_out_of_the_answer_to_create(fake: Fake) -> None:
    """One route has exclude_none."""
    showing(fake, lambda _, document: {name: value for name, value in document.items() if value is not None}, CREATE)


@wrong(WHOLE)
def a_create_answers_the_id_alone(fake: Fake) -> None:
    showing(fake, lambda _, document: {"id": document["id"]}, CREATE)


@wrong(WHOLE, "create/status-200")
def a_create_answers_no_body(fake: Fake) -> None:
    responding(
        fake,
        lambda response: response.set_status(204),
        lambda request, status: operation_of(request) == CREATE and status == 200,
    )


@wrong(WHOLE)
def a_create_wraps_its_answer_in_data(fake: Fake) -> None:
    showing(fake, lambda _, document: {"data": document}, CREATE)


@wrong(WHOLE)
def created_for_created_at(fake: Fake) -> None:
    around(fake, "render", lambda render, *of: renamed(render(*of), "created_at", "created"))


def renamed(document: Document, old: str, new: str) -> Document:
    return {new if name == old else name: value for name, value in document.items()}


BIRTHS: dict[str, Callable[[int], Any]] = {
    "milliseconds": lambda born: born * 1000,
    "a float": lambda born: born + 0.25,
    "ISO text": lambda born: datetime.fromtimestamp(born, UTC).isoformat(),
    "nothing but 0": lambda _: 0,
    "null": lambda _: None,
    "another time zone's": lambda born: born + 7200,
}


@wrong(WHOLE, each=BIRTHS)
def created_at_is(fake: Fake, how: str) -> None:
    around(
        fake,
        "render",
        lambda render, *of: (document := render(*of)) | {"created_at": BIRTHS[how](document["created_at"])},
    )


@wrong(WHOLE, each=["project", None])
def object_is(fake: Fake, value: str | None) -> None:
    around(fake, "render", lambda render, *of: render(*of) | {"object": value})


@wrong(WHOLE)
def temperature_is_text(fake: Fake) -> None:
    """Some drivers give a decimal column as text."""
    around(fake, "render", lambda render, *of: render(*of) | {"temperature": "1.0"})


@wrong(WHOLE)
def metadata_is_text(fake: Fake) -> None:
    """Nobody parsed the JSON column."""
    around(fake, "render", lambda render, *of: render(*of) | {"metadata": "{}"})


@wrong(WHOLE)
def tool_resources_is_a_list(fake: Fake) -> None:
    """PHP writes an empty array as a list."""
    around(fake, "render", lambda render, *of: render(*of) | {"tool_resources": []})


# --- create/status-200


@wrong("create/status-200", each=[201])
def a_create_answers(fake: Fake, status: int) -> None:
    answering(fake, lambda _, answer: setattr(answer, "status", status), CREATE)
