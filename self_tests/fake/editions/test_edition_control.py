"""Seeds, snapshots, the Control API and the archive of requests keep and show the kept fields."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from fake_server.contract.yaml_file import YamlFileError
from fake_server.control.client import ControlClient, ControlError
from fake_server.edition import load_edition
from fake_server.storage.seed_file import load_seed_file

BOT = {"model": "gpt-4o-mini", "metadata": {"team": "blue"}, "tools": [{"type": "code_interpreter"}]}
SEED = {
    "organizations": [
        {
            "id": "org-one",
            "keys": [{"label": "main", "secret": "sk-fake-primary", "assistant": "asst_bot"}],
            "assistants": [{"id": "asst_bot", **BOT}, {"name": "Plain"}],
        }
    ]
}


def test_a_seed_sets_kept_fields(control: ControlClient, primary: httpx2.Client) -> None:
    """An assistant of a seed has the fields of a create, and needs neither a name nor a model."""
    control.seed(**SEED)

    plain, bot = primary.get("/assistants").json()["data"]
    assert bot | BOT == bot
    assert (bot["id"], bot["name"], plain["model"]) == ("asst_bot", None, "gpt-4o")


def test_an_exported_seed_has_kept_fields(control: ControlClient, primary: httpx2.Client) -> None:
    """The exported seed brings the same assistants back."""
    primary.post("/assistants", json={"name": "Bot", **BOT})
    before = primary.get("/assistants").json()

    control.seed(**control.export_seed())

    assert primary.get("/assistants").json() == before


def test_a_seed_file_is_checked_by_the_edition(tmp_path: Path) -> None:
    """The file may have kept fields in their edition alone, and the error names the line of the wrong field."""
    file = tmp_path / "seed.json"
    file.write_text(json.dumps(SEED, indent=1))
    (project, _) = load_seed_file(file, 0, edition=load_edition("openai")).projects
    assert project.fields == BOT

    with pytest.raises(YamlFileError, match="asst_bot"):
        load_seed_file(file, 0)
    file.write_text('{"organizations": [\n{"assistants": [\n{"model": 7}]}]}')
    with pytest.raises(YamlFileError, match=r"seed.json:3: Invalid value for 'organizations\.0\.assistants\.0\.model'"):
        load_seed_file(file, 0, edition=load_edition("openai"))


def test_a_snapshot_has_kept_fields(control: ControlClient, primary: httpx2.Client) -> None:
    """A restore brings back the fields of the time of the snapshot."""
    made = primary.post("/assistants", json=BOT).json()
    control.snapshot("before")
    primary.post(f"/assistants/{made['id']}", json={"metadata": {"team": "red"}})

    control.restore("before")

    assert primary.get(f"/assistants/{made['id']}").json() == made


def test_the_control_api_shows_kept_fields(control: ControlClient) -> None:
    """It creates, shows, modifies and lists assistants with the same fields as /v1."""
    made = control.ask("POST", "assistants", organization="org-acme", **BOT)["assistant"]
    changed = control.ask("PATCH", "assistants", made["id"], temperature=0.2)["assistant"]

    assert made | BOT == made
    assert changed == made | {"temperature": 0.2} == control.ask("GET", "assistants", made["id"])["assistant"]
    assert control.ask("GET", "assistants")["data"][0]["assistant"] == changed


def test_the_control_api_checks_as_the_edition(control: ControlClient) -> None:
    """A create needs a model, and an id of the page's edition is none of this one."""
    with pytest.raises(ControlError, match="Missing required parameter: 'model'"):
        control.ask("POST", "assistants", organization="org-acme", name="Bot")
    with pytest.raises(ControlError, match="expected text that matches \\^asst_"):
        control.ask("POST", "keys", organization="org-acme", assistant="asst-acme-support")


def test_keys_and_organizations_have_ids_of_the_edition(control: ControlClient) -> None:
    """The ids of bound assistants begin with asst_, also after a rotation."""
    organization, key = control.organization(), control.rotate("sk-fake-primary")

    ids = [organization["bound_id"], organization["expendable_id"], key["assistant"]]
    assert all(id.startswith("asst_") for id in ids)


def test_the_edition_is_named(control: ControlClient) -> None:
    """The health names the edition and its kept fields, and the contract is that of the edition."""
    health = control.ask("GET", "health")

    assert (health["edition"], "metadata" in health["kept"]) == ("openai", True)
    assert control.ask("GET", "openapi.json")["info"]["x-edition"] == "openai"


def test_the_archive_has_kept_fields(primary: httpx2.Client, base_url: str) -> None:
    """The HTTP Archive and the counts of calls work as in the page's edition."""
    primary.post("/assistants", json=BOT)
    archive: Any = httpx2.get(base_url.removesuffix("v1") + "_fake/requests.har").json()

    (entry,) = archive["log"]["entries"]
    sent, shown = entry["request"]["postData"]["text"], entry["response"]["content"]["text"]
    assert json.loads(sent) == BOT
    assert json.loads(shown)["metadata"] == BOT["metadata"]
