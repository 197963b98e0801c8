"""The code that the pages of sets give to copy, run as its readers run it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml.html import fromstring

from tests.conftest import NewHouse
from tests.helpers.judging import PYTHON, needs_judges
from tests.helpers.people import People, with_key
from tests.helpers.serving import Api, Play, files_of, serving

needs_curl = pytest.mark.skipif(
    not (shutil.which("curl") and shutil.which("jq")), reason="needs curl and jq: apt-get install curl jq"
)
MORE = """
    insert into public.people (code, agency_code, received_at, status, person_number, full_name, phone, born_on)
    select 'Q' || n, 'H33', timestamptz '2026-03-01' + n * interval '1 minute', 'nói "next":"x"', lpad((99000000000 + n)::text, 12, '0'),
        'Nguyễn Mẫu ' || n, '0900000' || lpad((n % 1000)::text, 3, '0'), date '1960-01-01' from generate_series(1, 2100) n"""


@pytest.fixture(scope="module")
def people(new_house: NewHouse) -> People:
    """A set of persons of more than two pages."""
    people = People(new_house())
    people.house.execute(MORE.replace(":", "\\:").replace("\\:\\:", "::"))
    people.publish()
    return people


@pytest.fixture(scope="module")
def key(people: People) -> str:
    """A key whose holder sees names as they are, numbers and birthdays masked, and no notes."""
    key = people.consumer("clerk")
    people.grant("clerk", "clerk")
    return key


@pytest.fixture(scope="module")
def api(people: People) -> Iterator[Api]:
    with serving(people.house) as api:
        yield api


def code(api: Api, dataset: str, name: str) -> str:
    """A recipe of a set's page, as it is copied."""
    page = fromstring(api.get(f"/sets/{dataset}", headers={"Accept": "text/html"}).text)
    return str(page.get_element_by_id(f"code-{name}").text)


def ran(command: list[str], where: Path, key: str = "", code: int = 0) -> str:
    """What it printed; it must end with this code."""
    theirs = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "NO_PROXY": "127.0.0.1", "DATA_KEY": key}
    ended = subprocess.run(command, cwd=where, env=theirs, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == code, ended.stderr
    return ended.stdout


def given(api: Api, key: str) -> list[dict[str, Any]]:
    """All rows of the set, by the API."""
    rows: list[dict[str, Any]] = []
    page: dict[str, Any] = {"next": ""}
    while page["next"] is not None:
        after = {"after": page["next"]} if page["next"] else {}
        page = api.json("/v1/sets/people/rows", headers=with_key(key), **after)
        rows += page["rows"]
    assert len(rows) == 2160
    return rows


@needs_judges
def test_python_gets_all_rows_of_a_set_that_is_in_no_file(api: Api, key: str, tmp_path: Path) -> None:
    check = "\nprint(table['received_at'].dtype.kind, len(table), list(table.columns), sep='|')"
    shown = ran([str(PYTHON), "-c", code(api, "people", "python") + check], tmp_path, key).splitlines()[-1]
    rows = given(api, key)
    assert shown == f"M|{len(rows)}|{list(rows[0])}"


@needs_curl
def test_curl_gets_all_rows_of_a_set_that_is_in_no_file(api: Api, key: str, tmp_path: Path) -> None:
    old = tmp_path / "people.jsonl"
    old.write_text("what was fetched yesterday\n", "utf-8")
    ran(["sh", "-c", code(api, "people", "curl")], tmp_path, key)
    assert [json.loads(line) for line in old.read_text("utf-8").splitlines()] == given(api, key)
    assert list(tmp_path.iterdir()) == [old]


@needs_curl
def test_curl_that_is_refused_leaves_what_was_there(api: Api, tmp_path: Path) -> None:
    old = tmp_path / "people.jsonl"
    old.write_text("what was fetched yesterday\n", "utf-8")
    ran(["sh", "-c", code(api, "people", "curl")], tmp_path, "gw_none", 1)
    assert old.read_text("utf-8") == "what was fetched yesterday\n"
    assert list(tmp_path.iterdir()) == [old]


def test_no_code_of_a_set_that_needs_a_key_names_a_file(api: Api) -> None:
    for name in ("power_query", "python", "curl"):
        said = code(api, "people", name)
        assert f"{api.address}/v1/sets/people/rows" in said
        assert "/files/" not in said
    asked = code(api, "people", "power_query")
    assert 'Headers = [Authorization = "Bearer " & DATA_KEY]' in asked
    assert '{"received_at", type datetimezone}' in asked
    assert "born_on" not in asked, "a role may see it as a year, which is no date"


@needs_curl
def test_curl_gets_a_new_version_whole_over_an_old_one(new_house: NewHouse, tmp_path: Path) -> None:
    play = Play(new_house())
    play.make(10)
    play.publish()
    with serving(play.house) as api:
        ran(["sh", "-c", code(api, "play", "curl")], tmp_path)
        play.house.execute("insert into public.play (code, part, name) values ('A', 1, 'Mới')")
        play.publish()
        ran(["sh", "-c", code(api, "play", "curl")], tmp_path)
    assert (tmp_path / "play.csv").read_bytes() == (files_of(play.house, "play") / "play.csv").read_bytes()
