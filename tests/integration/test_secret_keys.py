"""GATEWAY_SECRET_KEY is a list: a new key goes in front, what old keys wrapped stays readable while they are listed."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from sandbox.testing import running_sandbox
from tests.conftest import NewHouse
from tests.helpers.house import SECRET, House, said

NEW = base64.b64encode(bytes(32)).decode()


@pytest.fixture
def landed(new_house: NewHouse) -> House:
    house = new_house()
    with running_sandbox("--dossiers", "30", "--procedures", "5", "--only", "province") as sandbox:
        house.connect_to(sandbox)
        house.night("province")
    return house


def test_a_rotated_key_still_opens_what_the_old_one_wrapped(landed: House) -> None:
    landed.secret = f"{NEW}, {SECRET}"
    assert landed.replay("province").verdict() is None


def test_new_days_are_wrapped_by_the_newest_key(landed: House) -> None:
    old = landed.value("select distinct wrapped_by from landing.day_key")
    landed.execute("update landing.day_key set day = day - 1")
    landed.secret = f"{NEW},{SECRET}"
    with running_sandbox("--dossiers", "30", "--procedures", "5", "--only", "province") as sandbox:
        landed.connect_to(sandbox)
        landed.night("province", full=True)
    assert landed.value("select count(distinct wrapped_by) from landing.day_key where wrapped_by <> :old", old=old) == 1


def test_without_the_old_key_nothing_opens_and_the_line_names_it(landed: House) -> None:
    landed.secret = NEW
    ended = landed.gateway("replay", "province")
    fingerprint = landed.value("select distinct wrapped_by from landing.day_key")
    assert ended.returncode == 2
    [message] = said(ended)
    assert "no key of GATEWAY_SECRET_KEY opens data key 1" in message
    assert message.endswith(f" → put the key with fingerprint {fingerprint} back into the list")
    assert SECRET not in ended.stderr + ended.stdout


def test_a_day_key_deleted_by_retention_ends_replay_and_says_so(landed: House) -> None:
    landed.execute("delete from landing.day_key")
    ended = landed.gateway("replay", "province", "--stream", "dossiers")
    assert ended.returncode == 4
    [message] = said(ended)
    assert "data key 1 was deleted by retention → these bytes cannot be read again; fetch the stream" in message


def test_what_lies_in_the_landing_store_is_unreadable(landed: House) -> None:
    names = landed.column("select applicant_name from core.dossier") + landed.column(
        "select dossier_code from core.dossier"
    )
    objects = [path for path in (landed.place / "landing").rglob("*") if path.is_file()]
    assert len(objects) == 3
    for path in objects:
        content = path.read_bytes()
        assert not [name for name in names if name.encode() in content]
        assert b"fullname" not in content


@pytest.mark.parametrize("damage", ["changed", "cut", "swapped", "gone"])
def test_a_damaged_object_is_refused(damage: str, landed: House) -> None:
    paths = landed.column("select path from landing.page order by page_id")
    [victim] = landed.column("select path from landing.page join ops.batch using (batch_id) where stream = 'dossiers'")
    other = next(path for path in paths if path != victim)
    content = Path(victim).read_bytes()
    if damage == "gone":
        Path(victim).unlink()
    else:
        spoiled = {
            "changed": content[:-1] + bytes([content[-1] ^ 1]),
            "cut": content[:20],
            "swapped": Path(other).read_bytes(),
        }
        Path(victim).write_bytes(spoiled[damage])
    ended = landed.gateway("replay", "province", "--stream", "dossiers")
    assert ended.returncode == 4
    [message] = said(ended)
    assert message.startswith("gateway: province/dossiers: ")
    assert (
        "cannot be read (FileNotFoundError)" if damage == "gone" else "do not match their key and address"
    ) in message
    assert landed.value("select count(*) from core.dossier") == 30
