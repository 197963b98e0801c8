"""The pages of the shared sets as bytes: what they say, what they never say, and what a browser is told about them."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
import yaml
from lxml.html import HtmlElement, fromstring

from gateway.publish.contract import load_contracts
from gateway.serve.pages.labels import labels
from gateway.serve.pages.search import tokens
from sandbox.testing import running_sandbox
from tests.conftest import NewHouse
from tests.helpers.house import ROOT, House
from tests.helpers.judging import PYTHON, needs_judges
from tests.helpers.serving import Api, Play, files_of, serving, told
from tests.helpers.shared_sets import EVIL

BROWSER = {"Accept": "text/html,application/xhtml+xml"}
CONTRACTS = {contract.name: contract for contract in load_contracts(ROOT / "schemas")}


@pytest.fixture(scope="module")
def house(new_house: NewHouse) -> House:
    """A night, published; an agency whose name is code."""
    house = new_house()
    with running_sandbox("--dossiers", "40", "--procedures", "20") as sandbox:
        house.connect_to(sandbox)
        house.night()
    house.execute(f"update core.agency set agency_name = '<script>{EVIL}</script>'")
    house.done("publish")
    return house


@pytest.fixture(scope="module")
def api(house: House) -> Iterator[Api]:
    with serving(house) as api:
        yield api


def page(api: Api, path: str) -> HtmlElement:
    """A page that must be there, and be in our two languages."""
    answer = api.get(path, headers=BROWSER)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert unicodedata.is_normalized("NFC", answer.text)
    return fromstring(answer.text)


def within(element: HtmlElement, name: str, tag: str = "") -> list[HtmlElement]:
    """The elements of a class, or those of a tag inside of them."""
    below = f"//{tag}" if tag else ""
    found: list[HtmlElement] = element.xpath(f".//*[contains(concat(' ', @class, ' '), ' {name} ')]{below}")
    return found


def text(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


def found(api: Api, asked: str) -> dict[str, str]:
    """The sets on the page of a search, in order: address → the columns that are shown to have matched."""
    cards = within(page(api, f"/?q={quote(asked)}"), "card")
    return {
        card.find(".//a").get("href").removeprefix("/sets/"): " ".join(
            code.text for code in within(card, "chip", "code")
        )
        for card in cards
    }


def test_the_catalogue_has_every_set(api: Api, house: House) -> None:
    names = {path.name for path in (house.place / "datasets").iterdir()}
    assert set(found(api, "")) == names
    said = text(page(api, "/"))
    for name in names:
        assert CONTRACTS[name].title in said
        assert CONTRACTS[name].purpose in said
        assert CONTRACTS[name].purpose_vi in said


@pytest.mark.parametrize("asked", ["ho so", "Hồ sơ", "HỒ SƠ", unicodedata.normalize("NFD", "hồ sơ"), "  ho   so "])
def test_a_search_needs_no_marks(api: Api, asked: str) -> None:
    assert list(found(api, asked))[:4] == ["dossier_count", "dossier_event", "dossier_personal", "dossier_status"]


def test_all_words_must_be_found_and_a_column_is_shown(api: Api) -> None:
    assert found(api, "lệ phí document_url") == {"procedure_fee": "document_url"}
    assert found(api, "doi tuong thuc hien") == found(api, "đối tượng thực hiện") != {}
    assert "dossier_status" in found(api, "where every dossier")


def test_of_a_long_search_the_beginning_counts(api: Api) -> None:
    words = list(dict.fromkeys(tokens(CONTRACTS["dossier_count"].limitations)))[:20]
    assert len(words) == 20
    assert "dossier_count" in found(api, " ".join([*words, "mamut"]))
    assert "dossier_status" in found(api, f"ho so{' ' * 200}mamut")
    long = page(api, f"/?q={'x%20' * 15_000}")
    assert long.get_element_by_id("q").get("value") == " ".join("x" * 100)


def test_a_title_that_says_a_word_twice_comes_first(api: Api) -> None:
    assert next(iter(found(api, "phi le phi cua thu tuc"))) == "procedure_fee"


def test_without_a_hit_all_sets_are_shown(api: Api) -> None:
    assert set(found(api, "voi mamut")) == set(found(api, ""))
    assert "Không bộ nào có đủ các từ “voi mamut”" in text(page(api, "/?q=voi+mamut"))


def test_what_is_searched_for_is_text(api: Api) -> None:
    evil = '"><script>alert(1)</script>{{ 7 * 7 }}'
    answer = api.get("/", headers=BROWSER, q=evil)
    assert "<script" not in answer.text
    assert html.escape(evil, quote=False) in html.unescape(answer.text).replace("&", "&amp;").replace(
        "<", "&lt;"
    ).replace(">", "&gt;")


def test_a_set_tells_all_of_its_contract(api: Api) -> None:
    contract = CONTRACTS["procedure_fee"]
    said = text(page(api, "/sets/procedure_fee"))
    wanted = [contract.usage_vi, contract.usage, contract.limitations_vi, contract.team, *contract.legal_basis]
    wanted += [
        part
        for column in contract.columns
        for part in (column.title, column.name, column.description, column.description_vi)
    ]
    wanted += [part for rule in contract.rules for part in (rule.description, rule.description_vi)]
    wanted += ["không cũ quá 1 ngày", "Trực tuyến", "online"]
    assert [each for each in wanted if each not in said] == []


def test_a_sample_is_the_first_rows_of_the_file(api: Api, house: House) -> None:
    shown = [
        [text(cell) for cell in row.iterfind("td")]
        for row in within(page(api, "/sets/procedure_step"), "sample", "tbody/tr")
    ]
    lines = (files_of(house, "procedure_step") / "procedure_step.jsonl").read_text("utf-8").splitlines()[:10]
    assert [row[0] for row in shown] == [json.loads(line)["procedure_code"] for line in lines]
    assert len(shown) == 10


def test_a_value_that_looks_like_code_is_text(api: Api) -> None:
    answer = api.get("/sets/agency_directory", headers=BROWSER)
    assert "<script" not in answer.text
    assert f"<script>{EVIL}</script>" in html.unescape(answer.text)


def test_every_download_is_there_with_its_size(api: Api, house: House) -> None:
    links = within(page(api, "/sets/procedure_fee"), "files", "a")
    assert {link.get("href").rpartition("/")[2] for link in links} == {
        path.name for path in files_of(house, "procedure_fee").iterdir()
    }
    for link in links:
        assert api.get(link.get("href")).status_code == 200


def test_no_value_of_a_set_that_needs_a_key(api: Api, house: House) -> None:
    said = api.get("/sets/dossier_status", headers=BROWSER).text
    codes = house.column("select dossier_code from core.dossier")
    assert codes
    assert [code for code in codes if code in said] == []
    assert not [each for name in ("files", "sample") for each in within(fromstring(said), name)]
    assert 'id="versions"' not in said
    assert f"Hãy hỏi {CONTRACTS['dossier_status'].team}" in html.unescape(said)
    recipes = {each.get("id"): each.text for each in fromstring(said).iterfind(".//pre/code")}
    assert '"Bearer " + os.environ["DATA_KEY"]' in recipes["code-python"]
    assert "Authorization: Bearer $DATA_KEY" in recipes["code-curl"]
    assert '"Bearer " & DATA_KEY' in recipes["code-power_query"]


def test_a_set_of_persons_says_which_role_sees_what(api: Api) -> None:
    [table] = within(page(api, "/sets/dossier_personal"), "forms")
    for name in within(table, "of"):  # stands there for narrow screens
        name.drop_tree()
    seen = [[text(cell) for cell in row] for row in table.iter("tr")]
    assert [[cell.rpartition(" ")[2] for cell in seen[0]], *(row[0].split()[-1] for row in seen[1:])] == [
        ["Column", "case_officer", "statistician"],
        "applicant_name",
        "applicant_identity",
        "applicant_phone",
    ]
    assert [[cell.split(":")[0] for cell in row[1:]] for row in seen[1:]] == [
        ["Nguyên dạng As it is", "Không thấy Not seen"],
        ["3 ký tự cuối The last 3 characters", "Bí danh"],
        ["3 ký tự cuối The last 3 characters", "Không thấy Not seen"],
    ]
    said = text(page(api, "/sets/dossier_personal").get_element_by_id("roles"))
    for each in ("Thống kê đếm số người, không nêu tên Statistics count persons", "cột agency_code", "cột received_at"):
        assert each in said
    assert "các dòng không nằm trong tệp nào" in text(page(api, "/sets/dossier_personal"))
    assert "agency_reader" in text(page(api, "/sets/dossier_status").get_element_by_id("roles"))
    assert 'id="roles"' not in api.get("/sets/dossier_count").text


def test_a_set_of_counts_says_that_small_ones_are_left_out(api: Api) -> None:
    said = text(page(api, "/sets/dossier_count"))
    assert "Ở cột received_count, số từ 1 đến 4 để trống" in said
    assert "In received_count, numbers from 1 to 4 are empty" in said
    assert said.count("a count is too small to be told") == 2
    assert "too small" not in text(page(api, "/sets/procedure_fee"))


def test_how_many_rows_there_are_is_told_of_open_sets_only(api: Api) -> None:
    """A total less the open counts would tell those that are left out of them."""
    listed = {each["dataset"]: each for each in api.json("/v1/sets")["sets"]}
    cards = {card.find(".//a").get("href"): text(card) for card in page(api, "/").iter("article")}
    for name, each in listed.items():
        is_open = each["access"] == "anyone"
        for said in (cards[f"/sets/{name}"], text(within(page(api, f"/sets/{name}"), "meta")[0])):
            assert (re.search(r"\d dòng", said) is not None) == is_open, name


def test_a_set_past_its_promise_says_so(api: Api, house: House) -> None:
    assert not within(page(api, "/sets/procedure_time"), "warning")
    note = house.place / "datasets" / "procedure_time" / ".as-of"
    before = note.read_text("utf-8")
    note.write_text((datetime.now(UTC) - timedelta(days=3, minutes=5)).isoformat(), "utf-8")
    try:
        [warning] = within(page(api, "/sets/procedure_time"), "warning")
        assert "đã quá hạn cam kết 2 ngày" in text(warning)
        assert "2 days past its promise" in text(warning)
    finally:
        note.write_text(before, "utf-8")


def test_a_note_that_a_power_cut_left_empty_is_none(house: House) -> None:
    note = house.place / "datasets" / "procedure_time" / ".as-of"
    before = note.read_text("utf-8")
    with serving(house) as api:
        for left in ("", "2026-", "\0" * 32):
            note.write_text(left, "utf-8")
            try:
                page(api, "/")
                assert "không ghi lúc đọc các cổng" in text(page(api, "/sets/procedure_time"))
            finally:
                note.write_text(before, "utf-8")
    assert "freshness unknown" in api.logged
    assert str(note) in api.logged


def test_a_note_is_on_disk_before_it_has_its_name(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: set[int] = set()
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.add(os.fstat(descriptor).st_ino))
    house.publish("procedure_time")
    assert (house.place / "datasets" / "procedure_time" / ".as-of").stat().st_ino in synced


def test_a_set_is_as_fresh_as_its_stream_also_when_nothing_changed(house: House) -> None:
    last = house.value(
        "select max(started_at) from ops.batch where (portal, stream) = ('province', 'dossiers') and state = 'loaded'"
    )
    again = house.publish("dossier_status")
    assert not again.is_new
    home = house.place / "datasets" / "dossier_status"
    assert datetime.fromisoformat((home / ".as-of").read_text("utf-8")) == last


@needs_judges
def test_the_python_of_a_page_runs(api: Api, house: House) -> None:
    code = page(api, "/sets/procedure_catalogue").get_element_by_id("code-python")
    check = "\nprint(len(table), table['procedure_code'].dtype, table['decision_date'].dtype.kind)"
    theirs = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "NO_PROXY": "127.0.0.1"}
    ended = subprocess.run(
        [str(PYTHON), "-c", code.text + check], env=theirs, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stderr
    count = house.value("select count(*) from core.procedure_listing where issuer = 'national' and valid_to is null")
    assert ended.stdout.splitlines()[-1] == f"{count} string M"


def test_code_names_the_public_address_where_there_is_one(house: House) -> None:
    named = House(house.url, house.place)
    with serving(named, GATEWAY_PUBLIC_URL="https://data.example.vn") as api:
        assert "https://data.example.vn/v1/sets/procedure_fee/rows" in text(page(api, "/sets/procedure_fee"))


@pytest.mark.parametrize("host", ["x$(id)", "a' b", "x:port"])
def test_what_is_no_host_stands_in_no_code(api: Api, host: str) -> None:
    answer = api.get("/sets/procedure_fee", headers={**BROWSER, "Host": host})
    assert answer.status_code == 200
    assert host not in html.unescape(answer.text)
    assert f"{api.address}/v1/sets/procedure_fee/rows" in answer.text


@pytest.mark.parametrize("path", ["/", "/sets/procedure_fee", "/sets/none", "/nothing"])
def test_a_page_is_held_to_what_comes_from_here(api: Api, path: str) -> None:
    answer = api.get(path, headers=BROWSER)
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert (policy["default-src"], policy["style-src"]) == ("'none'", "'self'")
    assert (answer.headers["x-content-type-options"], answer.headers["cache-control"]) == ("nosniff", "no-cache")
    addresses = re.findall(r'(?:src|href|action)="([^"]+)"', answer.text)
    assert [each for each in addresses if not each.startswith(("/", "#")) or each.startswith("//")] == []
    assert "<script" not in answer.text
    assert "style=" not in answer.text.replace("?style=", "")
    assert api.get(path, method="HEAD", headers=BROWSER).content == b""


def test_an_unknown_set_is_a_page_for_people_and_a_problem_for_programs(api: Api) -> None:
    answer = api.get("/sets/none", headers=BROWSER)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "chưa công bố bộ dữ liệu nào có tên này" in answer.text
    assert told(api.get("/sets/none"))["status"] == 404
    assert told(api.get("/v1/sets/none", headers=BROWSER))["status"] == 404
    for accepted in ("text/html;q=0, */*", "*/*"):
        assert told(api.get("/sets/none", headers={"Accept": accepted}))["status"] == 404
    assert api.get("/sets/none", headers={"Accept": "text/html, */*"}).headers["content-type"].startswith("text/html")


def test_a_contract_of_before_has_its_page_in_one_language(new_house: NewHouse) -> None:
    play = Play(new_house())
    play.make(2)
    play.publish()
    path = files_of(play.house, "play") / "play.odcs.yaml"
    said = yaml.safe_load(path.read_text("utf-8"))
    del said["description"]["customProperties"]
    more = said["schema"][0]["customProperties"]
    more.remove({"property": "titleEn", "value": "Play"})
    path.write_text(yaml.safe_dump(said, allow_unicode=True), "utf-8")
    with serving(play.house) as api:
        assert "2 dòng" in text(page(api, "/sets/play"))


def test_every_label_is_said_in_both_languages() -> None:
    for name, said in labels().items():
        for each in said:
            assert each
            assert unicodedata.is_normalized("NFC", each), name
        assert set(re.findall(r"{(\w+)}", said.vi)) == set(re.findall(r"{(\w+)}", said.en)), name
