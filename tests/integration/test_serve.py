"""The API of the shared sets: what it lists, rows by page, filters, columns, files, and every refusal as a problem."""

from __future__ import annotations

import base64
import gzip
import json
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
import zstandard

from tests.conftest import NewHouse
from tests.helpers.serving import KEY, Api, Play, by_key, files_of, serving, told, twice

ROWS = "/v1/sets/play/rows"
FILES = "/v1/sets/play/versions/latest/files"


@pytest.fixture(scope="module")
def play(new_house: NewHouse) -> Play:
    """The set, published; and one of the same rows that is shared with agencies only."""
    play = Play(new_house())
    play.make(2500)
    play.house.execute(
        "insert into public.play values ('x'' or true --', 1, 'một nửa \"%s', null, null, null, null, null)"
    )
    play.publish()
    Play(play.house, "inner", "shared").publish()
    return play


@pytest.fixture(scope="module")
def api(play: Play) -> Iterator[Api]:
    """It, served."""
    with serving(play.house) as api:
        yield api


def rows(api: Api, **query: Any) -> list[dict[str, Any]]:
    """All rows that a question finds."""
    return [row for page in api.pages(ROWS, **query) for row in page["rows"]]


def test_sets_are_listed_with_who_may_read_them(api: Api) -> None:
    found = {each["dataset"]: each for each in api.json("/v1/sets")["sets"]}
    assert {name: each["access"] for name, each in found.items()} == {"inner": "key", "play": "anyone"}
    assert found["play"]["rows"] == 2501
    assert found["inner"]["rows"] is None, "a total would tell what counts for everyone leave out"


def test_a_set_tells_its_contract_in_both_languages(api: Api) -> None:
    said = api.json("/v1/sets/play")
    assert said["key"] == list(KEY)
    assert (said["columns"][0]["title_vi"], said["columns"][0]["description_vi"]) == ("Cột code", "Cột code.")
    assert [each["type"] for each in said["columns"]][:4] == ["string", "integer", "string", "number"]
    assert (said["latency_hours"], said["retention_hours"]) == (24, None)


def test_pages_give_every_row_once_in_the_order_of_the_key(api: Api, play: Play) -> None:
    pages = list(api.pages(ROWS, limit=400))
    assert [len(page["rows"]) for page in pages] == [400] * 6 + [101]
    found = [row for page in pages for row in page["rows"]]
    assert by_key(found) == play.current()
    assert [tuple(row[name] for name in KEY) for row in found] == sorted(by_key(found))
    assert {page["version"] for page in pages} == {api.json("/v1/sets/play")["set"]["version"]}


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"code": "C0007"}, lambda row: row["code"] == "C0007"),
        ({"part": "1", "is_open": "true"}, lambda row: row["part"] == 1 and row["is_open"] is True),
        ({"amount_from": "10.5", "amount_to": "12"}, lambda row: 10.5 <= (row["amount"] or 0) <= 12),
        ({"amount": "3.25"}, lambda row: row["amount"] == 3.25),
        (
            {"made_date_from": "2026-02-01", "made_date_to": "2026-02-03"},
            lambda row: "2026-02-01" <= (row["made_date"] or "") <= "2026-02-03",
        ),
        ({"made_at": "2026-01-02T07:00:00+07:00"}, lambda row: row["made_at"] == "2026-01-02T00:00:00Z"),
        ({"made_at_from": "2026-04-01T00:00:00Z"}, lambda row: (row["made_at"] or "") >= "2026-04-01T00:00:00Z"),
        ({"tags": "T3"}, lambda row: "T3" in (row["tags"] or ())),
        ({"name": unicodedata.normalize("NFD", "Thủ tục 12")}, lambda row: row["name"] == "Thủ tục 12"),
        ({"code": "x' or true --"}, lambda row: row["code"] == "x' or true --"),
        ({"name": "'; drop table share.play; --"}, lambda row: False),
        ({"name": 'một nửa "%s'}, lambda row: row["part"] == 1 and row["tags"] is None),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_filters_give_the_rows_that_the_file_has_of_them(
    api: Api, play: Play, query: dict[str, str], wanted: Any
) -> None:
    expected = {key: row for key, row in play.current().items() if wanted(row)}
    assert by_key(rows(api, limit=100, **query)) == expected
    assert len(expected) < 2000


def test_only_the_columns_that_were_named(api: Api) -> None:
    page = api.json(ROWS, columns="name,code", limit=2)
    assert [list(row) for row in page["rows"]] == [["code", "name"]] * 2
    assert api.json(ROWS, columns="name", limit=1, after=page["next"])["rows"] == [{"name": "Thủ tục 2"}]


def test_numbers_are_as_they_were_said(api: Api) -> None:
    assert '"amount":0.5,' in api.get(ROWS, code="C0001", part="0").text


@pytest.mark.parametrize(
    "query",
    [
        {"colour": "red"},
        {"limit": "0"},
        {"limit": "1001"},
        {"limit": "١"},
        {"after": "abc"},
        {"after": "[" * 3000},
        {"columns": "code,secret"},
        {"columns": ""},
        {"part": "1 or true"},
        {"part": "9" * 19},
        {"amount": "NaN"},
        {"is_open": "yes"},
        {"made_date": "01/02/2026"},
        {"made_at": "2026-01-01T00:00:00"},
        {"made_at_from": "2026-13-01T00:00:00Z"},
        {"code": "a\0b"},
        {"code": ["a", "b"]},
        {"code_from": "a"},
    ],
    ids=str,
)
def test_what_cannot_be_understood_is_refused_in_both_languages(api: Api, query: dict[str, Any]) -> None:
    said = api.problem(ROWS, 400, **query)
    [name] = query
    assert said.get("parameter", name) == name
    assert said["type"].startswith("urn:gateway:problem:")


def test_a_token_of_one_set_or_place_is_none_of_another(api: Api) -> None:
    page = api.json(ROWS, limit=1)
    api.problem(ROWS, 400, after=page["since"])
    api.problem("/v1/sets/play/changes", 400, since=page["next"])
    api.problem("/v1/sets/play/changes", 400)
    made_up = base64.urlsafe_b64encode(json.dumps(["play", 1, 0, "\0"]).encode()).decode()
    api.problem("/v1/sets/play/changes", 400, since=made_up)


@pytest.mark.parametrize(
    "path",
    ["/v1/sets/nothing", "/v1/sets/nothing/rows", "/v1/sets/a%00b/rows", "/v1/sets/nothing/changes", "/v2", "/v1/sets/", f"{FILES}/other.csv",
     f"{FILES}/..%2f..%2fplay.csv", "/v1/sets/play/versions/20260101T000000Z-00000000/files/play.csv",
     "/v1/sets/play/versions/..%2f..%2finner/files/inner.csv"],
)  # fmt: skip
def test_what_is_not_there_is_a_problem(api: Api, path: str) -> None:
    api.problem(path, 404)


@pytest.mark.parametrize("path", ["rows", "changes", "versions", "versions/latest/files/inner.csv"])
def test_a_set_of_agencies_needs_a_key(api: Api, play: Play, path: str) -> None:
    answer = api.get(f"/v1/sets/inner/{path}")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="gateway"')
    assert told(answer)["type"] == "urn:gateway:problem:needs-key"
    version = files_of(play.house, "inner").resolve().name
    assert api.get(f"/v1/sets/play/versions/{version}/files/inner.csv").status_code == 404


def test_other_methods_are_refused_as_problems(api: Api) -> None:
    answer = api.get(ROWS, method="DELETE")
    assert (answer.status_code, set(answer.headers["allow"].split(", "))) == (405, {"GET", "HEAD"})
    told(answer)
    assert api.get(ROWS, method="HEAD").content == b""


def test_a_download_is_the_file_also_in_pieces(api: Api, play: Play) -> None:
    for path in sorted(files_of(play.house, "play").iterdir()):
        answer = api.get(f"{FILES}/{path.name}")
        assert answer.content == path.read_bytes()
        assert answer.headers["accept-ranges"] == "bytes"
    begun = api.get(f"{FILES}/play.csv", headers={"Range": "bytes=0-999"})
    condition = {"Range": "bytes=1000-", "If-Range": begun.headers["etag"]}
    rest = api.get(f"{FILES}/play.csv", headers=condition)
    assert (begun.status_code, rest.status_code) == (206, 206)
    assert begun.content + rest.content == (files_of(play.house, "play") / "play.csv").read_bytes()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Range": "bytes=5-9"}, 206),
        ({"Range": "bytes=-5"}, 206),
        ({"Range": "bytes=0-1, 10-11"}, 206),
        ({"Range": "bytes=999999999-"}, 416),
        ({"Range": "bytes=-0"}, 416),
        ({"Range": "bytes=999999999-, -0"}, 416),
        ({"Range": "bytes=9-5"}, 200),
        ({"Range": "lines=1-2"}, 200),
        ({"Range": "bytes=0-4", "If-Range": '"another"'}, 200),
        ({"If-None-Match": '"another"'}, 200),
        ({"If-None-Match": "*"}, 304),
        ({"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}, 304),
        ({"If-Modified-Since": "Thu, 01 Jan 2015 00:00:00 GMT"}, 200),
    ],
    ids=str,
)
def test_conditions_of_a_download(api: Api, headers: dict[str, str], status: int) -> None:
    answer = api.get(f"{FILES}/play.jsonl", headers=headers)
    assert answer.status_code == status
    if status == 416:
        assert told(answer)
        assert answer.headers["content-range"].startswith("bytes */")


@pytest.mark.parametrize(
    "said", ["bytes=0-4, 999999999-", "bytes=999999999-, 0-4", "bytes=0-4, -00", "bytes=3-4, -0, 0-3"]
)
def test_ranges_behind_the_end_are_left_out_where_another_is_not(api: Api, play: Play, said: str) -> None:
    whole = (files_of(play.house, "play") / "play.csv").read_bytes()
    answer = api.get(f"{FILES}/play.csv", headers={"Range": said})
    assert (answer.status_code, answer.content) == (206, whole[:5])
    assert answer.headers["content-range"] == f"bytes 0-4/{len(whole)}"


@pytest.mark.parametrize("second", ["bytes=999999999-5", f"bytes={'9' * 5000}-", "bytes=5-9", b"\xff"], ids=range(4))
def test_two_ranges_are_none(api: Api, play: Play, second: str | bytes) -> None:
    whole = (files_of(play.house, "play") / "play.csv").read_bytes()
    assert twice(api, f"{FILES}/play.csv", "Range", "bytes=0-4", second) == (200, whole)


def test_the_tag_of_a_file_is_its_checksum(api: Api) -> None:
    [version] = api.json("/v1/sets/play/versions")["versions"]
    for file in version["files"]:
        answer = api.get(file["href"])
        assert f'"{file["sha256"].removeprefix("sha256:")}"' == answer.headers["etag"]
        assert len(answer.content) == file["bytes"]
        known = api.get(file["href"], headers={"If-None-Match": answer.headers["etag"]})
        assert (known.status_code, known.content) == (304, b"")


@pytest.mark.parametrize(
    ("accepted", "used"),
    [("gzip", "gzip"), ("zstd, gzip", "zstd"), ("gzip;q=1, zstd;q=0.1", "gzip"), ("*", "zstd"), ("gzip;q=0", None), ("br", None), ("identity", None)],
)  # fmt: skip
def test_json_is_compressed_as_the_reader_can_read_it(api: Api, accepted: str, used: str | None) -> None:
    plain = api.get(ROWS, headers={"Accept-Encoding": "identity"}).content
    with api.http.get(f"{api.address}{ROWS}", headers={"Accept-Encoding": accepted}, stream=True, timeout=30) as answer:
        raw = answer.raw.read(decode_content=False)
    assert answer.headers.get("content-encoding") == used
    opened = {"gzip": gzip.decompress, "zstd": zstandard.decompress, None: bytes}[used](raw)
    assert opened == plain
    assert answer.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("path", [ROWS, f"{FILES}/play.csv", "/v2", "/health", "/metrics", "/v1/openapi.json"])
def test_nothing_is_taken_for_another_type_than_its_own(api: Api, path: str) -> None:
    assert api.get(path).headers["x-content-type-options"] == "nosniff"
    assert api.get(path, nothing="x").headers["x-content-type-options"] == "nosniff"


def test_no_refusal_repeats_what_was_sent(api: Api) -> None:
    number = "099000000001"
    for path in (f"/{number}", f"/v1/sets/{number}", f"/v1/sets/play/versions/{number}/files/a", f"{ROWS}?{number}=1"):
        assert number not in str(told(api.get(path)))


def test_health_and_metrics(api: Api) -> None:
    health = api.json("/health")
    assert {each["dataset"] for each in health["sets"]} == {"inner", "play"}
    api.json(ROWS, limit=1)
    text = api.get("/metrics").text
    assert 'gateway_serve_calls_total{method="GET",route="/v1/sets/{dataset}/rows",status="200"}' in text
    assert "gateway_serve_database_up 1.0" in text
    assert 'gateway_set_age_seconds{dataset="play"}' in text


def test_it_reads_and_can_do_nothing_else(play: Play) -> None:
    from gateway.errors import ConfigError, StoreError
    from gateway.store.database import connect_reader

    engine = connect_reader(play.house.url, 1)
    with engine.connect() as connection:
        for statement, error in (("delete from share.play", StoreError), ("select 1 from core.dossier", ConfigError)):
            with pytest.raises(error):
                connection.exec_driver_sql(statement)
    engine.dispose()
