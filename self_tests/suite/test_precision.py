"""Each generator alone blames a wrong server for nothing that the server keeps."""

from __future__ import annotations

import pytest

from contract_tests.http import editions
from self_tests.cases import sampled
from self_tests.wrong import SERVERS
from self_tests.wrong.mutants import judged

pytestmark = pytest.mark.any_python

# Wrong servers that were blamed for more, by the generator that did. `make mutants` tries all by the whole suite.
BLAMED = [
    # A text was wrong by one verb, and another text right by the other.
    ("histories", "texts are normalized: NFC"),
    # One assistant had instructions, and the other had none.
    ("histories", "a rename wipes the instructions"),
    # The first answer with this object was wrong, and later ones were expected so.
    ("histories", "a modify answers the object: assistant.updated"),
    ("schemathesis", "a modify answers the object: assistant.updated"),
    # Another organization's key has called a deleted assistant.
    ("histories", "a deleted assistant answers: 403"),
    ("histories", "a deleted assistant reads null"),
    # The cursor was an assistant that the list lacked by then.
    ("histories", "those without instructions are left out"),
    ("histories", "the newest is listed with the next"),
    ("histories", "those of the same minute are deleted too"),
    # The name was refused, not the field beside it.
    ("schemathesis", "equal names are refused"),
    # The assistant was gone, so its modify was refused.
    ("histories", "the id alone decides: deleteAssistant"),
    # Another modify had written the value, or cleared the text.
    ("histories", "a kept field is the organizations: metadata"),
    ("histories", "those born in the same minute are modified too"),
    # The text was empty before, and a later call has emptied it.
    ("histories", "an empty body wipes the instructions and says nothing"),
    # An earlier history had left its assistants, because the server had not found them.
    ("histories", "retrieve finds only at second sight"),
    # The value was a default before, and the modify that had changed it was stored.
    ("histories", "a modify replaces the whole assistant"),
    # A read before the modify is needed to see the fault again.
    ("histories", "a cache that no modify clears: getAssistant"),
    # The page was of another key's list.
    ("histories", "a list of ones own alone"),
    # The second key was refused, not the field, and could not delete what it had made.
    ("histories", "a second key may only read"),
    # The field was left out, and null was expected.
    ("schemathesis", "a field is shown only if it is set: temperature"),
    # The value was accepted before, and is not the later answer's fault.
    ("schemathesis", "accepted: a number as a format"),
    # An absurd value was kept as good ones are.
    ("schemathesis", "a field is kept for all but its own: response_format"),
    # The delete had been accepted, which is another violation.
    ("sdk", "the own assistants deletion is a success that does nothing"),
]


@pytest.mark.parametrize("blamed", sampled(BLAMED, 2), ids=": ".join)
def test_a_generator_names_no_requirement_that_the_server_keeps(blamed: tuple[str, str]) -> None:
    """The requirements that the generator names are those that the wrong server declares."""
    generator, name = blamed
    server = next(server for server in SERVERS if server.name == name)
    with editions.use(server.edition):
        verdicts = judged(server, generator)[0].verdicts

    named = [each.requirement.id for each in verdicts if each.verdict in ("fail", "warn")]
    assert [id for id in named if id not in server.requirements] == []
