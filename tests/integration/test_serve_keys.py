"""Keys in front of the API: who shows none, a good one, or one that opens nothing; and what a right lets its holder see."""

from __future__ import annotations

import base64
import http.client
import os
import unicodedata
from collections.abc import Iterator
from datetime import date
from itertools import count
from typing import Any

import pytest

from tests.conftest import NewHouse
from tests.helpers.house import House
from tests.helpers.people import People, with_key
from tests.helpers.serving import Api, Play, serving, told

ROWS, CHANGES, FILES = (
    "/v1/sets/people/rows",
    "/v1/sets/people/changes",
    "/v1/sets/inner/versions/latest/files/inner.csv",
)
NUMBERS = count(1)


@pytest.fixture(scope="module")
def people(new_house: NewHouse) -> People:
    """Both sets, one that is open, and one that is shared as a whole; published."""
    people = People(new_house())
    for name in ("people", "visits"):
        people.publish(name)
    play = Play(people.house)
    play.make(20)
    play.publish()
    Play(people.house, "inner", "shared").publish()
    return people


@pytest.fixture(scope="module")
def api(people: People) -> Iterator[Api]:
    with serving(people.house) as api:
        yield api


@pytest.fixture
def code(people: People) -> str:
    """A consumer of the test's own."""
    return f"agency-{next(NUMBERS)}"


@pytest.fixture
def reader(people: People, code: str, api: Api) -> Api:
    """One who shows its key at every call."""
    own = Api(api.address)
    own.http.headers.update(with_key(people.consumer(code)))
    return own


def rows(api: Api, path: str = ROWS, **query: Any) -> list[dict[str, Any]]:
    return [row for page in api.pages(path, limit=25, **query) for row in page["rows"]]


GARBLED = [
    "Bearer",
    "Bearer ",
    "Bearer gw_",
    "Bearer {key}0",
    "Bearer {key} {key}",
    "Basic {key}",
    "{key}",
    "Bearer gw_00000000_" + "0" * 64,
]


@pytest.mark.parametrize("shown", GARBLED)
@pytest.mark.parametrize("path", ["/v1/sets", "/v1/sets/play/rows", "/v1/openapi.json", ROWS])
def test_what_is_no_key_is_refused_also_where_anyone_may_read(
    people: People, api: Api, path: str, shown: str, first_key: str
) -> None:
    answer = api.get(path, headers={"Authorization": shown.format(key=first_key)})
    assert told(answer)["type"] == "urn:gateway:problem:bad-key"
    assert (answer.status_code, answer.headers["www-authenticate"][:6]) == (401, "Bearer")
    assert first_key[12:] not in answer.text


@pytest.fixture(scope="module")
def first_key(people: People) -> str:
    return people.consumer("first")


def test_a_key_that_is_over_is_refused_at_once(people: People, code: str, reader: Api) -> None:
    assert reader.json("/v1/sets/play/rows")["rows"]
    key = str(reader.http.headers["Authorization"]).split("_")
    people.house.done("keys", "revoke", key[1])
    reader.problem("/v1/sets/play/rows", 401)
    other = Api(reader.address)
    other.http.headers.update(with_key(people.house.done("keys", "issue", code).strip()))
    assert other.json("/v1/sets/play/rows")["rows"]
    people.house.execute(f"""update ops.consumer_key set expires_at = now() where consumer_id =
        (select consumer_id from ops.consumer where consumer_code = '{code}')""")
    other.problem("/v1/sets/play/rows", 401)


def test_a_key_in_an_address_is_a_parameter_nobody_knows(api: Api, first_key: str) -> None:
    answer = api.get("/v1/sets/play/rows", access_token=first_key)
    assert answer.status_code == 400
    assert first_key not in answer.text


def test_two_headers_are_one_too_many(api: Api, first_key: str) -> None:
    connection = http.client.HTTPConnection(api.address.removeprefix("http://"), timeout=30)
    connection.putrequest("GET", "/v1/sets/play/rows")
    for _ in range(2):
        connection.putheader("Authorization", f"Bearer {first_key}")
    connection.endheaders()
    assert connection.getresponse().status == 401
    connection.close()


@pytest.mark.parametrize("path", [ROWS, f"{CHANGES}?since=x", "/v1/sets/people/versions", FILES, "/v1/sets/inner/rows"])
def test_a_good_key_without_a_right_opens_nothing(reader: Api, path: str) -> None:
    assert reader.problem(path, 403)["type"] == "urn:gateway:problem:no-right"


def test_a_role_sees_its_columns_in_their_form_and_no_other(people: People, code: str, reader: Api) -> None:
    people.grant(code, "clerk")
    found = rows(reader)
    assert len(found) == 60
    numbers = [row.pop("person_number") for row in found]
    assert found[7] == {
        "code": "P007", "agency_code": "H33.1", "received_at": "2026-01-07T17:00:00Z", "status": "mới", "full_name": "Nguyễn Mẫu 7",
        "phone": "007", "born_on": "1960",
    }  # fmt: skip
    assert {len(number) for number in numbers} == {32}
    assert numbers[7] == numbers[57] != numbers[8]
    answer = reader.get(ROWS)
    assert answer.headers["cache-control"] == "private, no-store"


def test_a_column_that_a_role_does_not_list_does_not_exist(people: People, code: str, reader: Api) -> None:
    people.grant(code, "clerk")
    for query in ({"columns": "note"}, {"note": "x"}, {"columns": "nothing"}, {"nothing": "x"}):
        said = reader.problem(ROWS, 400, **query)
        assert "note" not in str(said).replace("note_", "")
    for masked in ("full_name", "phone", "born_on_from", "born_on", "person_number"):
        assert reader.problem(ROWS, 400, **{masked: "1960"})["type"] == "urn:gateway:problem:unknown-parameter"
    assert [row["full_name"] for row in rows(reader, code="P007")] == ["Nguyễn Mẫu 7"]
    document = reader.json("/v1/openapi.json")
    described = document["components"]["schemas"]["row_of_people"]["properties"]
    assert "note" not in described
    told_of = [described[name]["description"] for name in ("person_number", "phone", "born_on", "full_name")]
    assert told_of == [
        "The column person_number. Masked: a pseudonym stands for it. (Cột person_number. Đã che: thay bằng mã giả danh.)",
        "The column phone. Masked: the last three digits only. (Cột phone. Đã che: chỉ còn ba chữ số cuối.)",
        "The column born_on. Masked: the year only. (Cột born_on. Đã che: chỉ còn năm.)",
        "The column full_name. (Cột full_name.)",
    ]
    assert described["born_on"]["type"] == ["string", "null"]
    assert "format" not in described["born_on"]
    asked = {each["name"] for each in document["paths"][ROWS]["get"]["parameters"]}
    assert {"code", "status", "received_at_from"} <= asked
    assert not asked & {"note", "full_name", "phone", "born_on", "person_number"}


def test_a_right_to_rows_only_is_none_to_files(people: People, code: str, reader: Api) -> None:
    people.grant(code, "clerk")
    assert reader.json("/v1/sets/people/versions")["versions"][0]["files"] == []
    said = reader.problem("/v1/sets/people/versions/latest/files/people.odcs.yaml", 403)
    assert said["type"] == "urn:gateway:problem:only-rows"
    people.house.done("access", "revoke", code, "people")
    people.grant(code, "officer")
    reader.problem("/v1/sets/people/versions/latest/files/people.odcs.yaml", 404)


def test_who_may_read_all_of_a_set_may_have_its_files(people: People, code: str, reader: Api) -> None:
    people.grant(code, "agency_reader", "inner")
    answer = reader.get(FILES)
    assert answer.content == (people.house.place / "datasets/inner/latest/inner.csv").read_bytes()
    assert answer.headers["cache-control"] == "private, no-store"
    assert reader.json("/v1/sets/inner/versions")["versions"][0]["files"]
    assert len(rows(reader, "/v1/sets/inner/rows")) == 20


SCOPES: dict[str, tuple[dict[str, Any], Any]] = {
    "an agency and those below": ({"agency_code": "H33.1"}, lambda n: n % 6 in {1, 2}),
    "all of a province": ({"agency_code": "H33"}, lambda n: n % 6 < 4),
    "a leaf": ({"agency_code": "H34"}, lambda n: n % 6 == 4),
    "a period": ({"period_from": date(2026, 1, 5), "period_until": date(2026, 1, 9)}, lambda n: 4 <= n <= 8),
    "from a day": ({"period_from": date(2026, 2, 1)}, lambda n: n >= 31),
    "both": ({"agency_code": "H33.1", "period_until": date(2026, 1, 9)}, lambda n: n % 6 in {1, 2} and n <= 8),
}  # fmt: skip


@pytest.mark.parametrize("scope", SCOPES)
def test_a_right_reaches_its_rows_and_no_other(people: People, code: str, reader: Api, scope: str) -> None:
    limits, is_mine = SCOPES[scope]
    people.grant(code, "counter", **limits)
    assert [row["code"] for row in rows(reader)] == [f"P{n:03}" for n in range(60) if is_mine(n)]
    assert rows(reader, code="P059") == [row for row in rows(reader) if row["code"] == "P059"]
    assert rows(reader, agency_code="H33.2") == [row for row in rows(reader) if row["agency_code"] == "H33.2"]


def test_pseudonyms_join_within_a_consumer_and_with_nobody_else(people: People, api: Api) -> None:
    found = []
    for name in ("left", "right"):
        own = Api(api.address)
        own.http.headers.update(with_key(people.consumer(name)))
        for dataset in ("people", "visits"):
            people.grant(name, "clerk", dataset)
        sets = [[row["person_number"] for row in rows(own, f"/v1/sets/{each}/rows")] for each in ("people", "visits")]
        assert sets[0] == sets[1]
        assert sets[0][:10] == sets[0][50:]
        assert len(set(sets[0])) == 50
        found.append(set(sets[0]))
    assert not found[0] & found[1]


def test_a_token_of_another_view_is_gone(people: People, code: str, reader: Api) -> None:
    people.grant(code, "counter", agency_code="H33.1")
    page = reader.json(ROWS, limit=1)
    people.house.done("access", "revoke", code, "people")
    reader.problem(CHANGES, 403, since=page["since"])
    people.grant(code, "counter")
    assert reader.problem(CHANGES, 410, since=page["since"])["rows"] == ROWS
    reader.problem(ROWS, 410, after=page["next"])
    reader.problem(ROWS, 410, after=page["next"].rpartition(".")[2])
    reader.problem(ROWS, 400, after="abc")
    assert reader.json(CHANGES, since=reader.json(ROWS)["since"])["changes"] == []


def test_a_right_whose_role_is_gone_gives_nothing(people: People, code: str, reader: Api) -> None:
    people.grant(code, "counter")
    assert rows(reader)
    people.house.execute("update ops.access_grant set role = 'nobody' where role = 'counter'")
    reader.problem(ROWS, 403)


@pytest.fixture
def moved(new_house: NewHouse) -> Iterator[tuple[People, Api]]:
    """A set of the test's own, served."""
    people = People(new_house())
    people.publish()
    with serving(people.house) as api:
        yield people, api


def test_what_leaves_a_readers_reach_is_removed_and_what_enters_is_added(moved: tuple[People, Api]) -> None:
    people, api = moved
    readers = dict[str, tuple[Api, str, dict[Any, Any]]]()
    limits: dict[str, dict[str, Any]] = {
        "all": {}, "one": {"agency_code": "H33.1"}, "other": {"agency_code": "H34"}, "early": {"period_until": date(2026, 1, 20)},
    }  # fmt: skip
    for name, each in limits.items():
        own = Api(api.address)
        own.http.headers.update(with_key(people.consumer(name)))
        people.grant(name, "clerk", **each)
        readers[name] = (own, own.json(ROWS, limit=1)["since"], {(row["code"],): row for row in rows(own)})
    for statement in (
        "update public.people set agency_code = 'H34' where code = 'P001'",
        "update public.people set agency_code = 'H33.1.1', full_name = 'Trần Mẫu' where code = 'P004'",
        "update public.people set received_at = '2026-05-01T00:00:00Z' where code = 'P008'",
        "update public.people set phone = '0900000999', agency_code = null where code = 'P013'",
        "delete from public.people where code in ('P014', 'P010')",
        "insert into public.people (code, agency_code) values ('P900', 'H33.1')",
    ):
        people.house.execute(statement)
        people.publish()
    kinds = {}
    for name, (own, since, held) in readers.items():
        page = own.json(CHANGES, since=since)
        kinds[name] = [(each["change"], each["key"]["code"]) for each in page["changes"]]
        assert all("row" not in each for each in page["changes"] if each["change"] == "removed")
        own.follow("people", since, held, limit=2)
        assert held == {(row["code"],): row for row in rows(own)}
    assert kinds == {
        "all": [("changed", "P001"), ("changed", "P004"), ("changed", "P008"), ("changed", "P013"), ("removed", "P010"), ("removed", "P014"), ("added", "P900")],
        "one": [("removed", "P001"), ("added", "P004"), ("changed", "P008"), ("removed", "P013"), ("removed", "P014"), ("added", "P900")],
        "other": [("added", "P001"), ("removed", "P004"), ("removed", "P010")],
        "early": [("changed", "P001"), ("changed", "P004"), ("removed", "P008"), ("changed", "P013"), ("removed", "P010"), ("removed", "P014")],
    }  # fmt: skip


def test_masks_leave_no_letters_and_join_what_is_one(moved: tuple[People, Api]) -> None:
    people, api = moved
    api.http.headers.update(with_key(people.consumer("reader")))
    for dataset in ("people", "visits"):
        people.grant("reader", "clerk", dataset)
    texts = ["Nguyễn Văn An", "0900 000 678 (mẹ)", "CMND 12", "12345", "0900000678 "]
    texts.append(unicodedata.normalize("NFD", "số 099.000.000.001 ở Bến Tre"))
    same = ["Số 099000000001", unicodedata.normalize("NFD", " Số 099000000001\t"), "Số 099000000001 "]
    for number, (phone, person) in enumerate(zip(texts, [*same, "x", "y", "z"], strict=True)):
        people.house.execute(
            f"update public.people set phone = '{phone}', person_number = '{person}' where code = 'P00{number}'"
        )
    people.house.execute("update public.visits set seen_at = '9999-12-31 23\\:59\\:59+00' where visit = 0")
    for dataset in ("people", "visits"):
        people.publish(dataset)
    found = rows(api)[:6]
    assert [row["phone"] for row in found] == [None, "678", None, None, "678", "001"]
    assert [len({row["person_number"] for row in found[:end]}) for end in (3, 6)] == [1, 4]
    assert [row["seen_at"] for row in rows(api, "/v1/sets/visits/rows")[:2]] == ["9999", "2026"]


def test_another_secret_key_changes_no_pseudonym(moved: tuple[People, Api]) -> None:
    people = moved[0]
    key = people.consumer("reader")
    people.grant("reader", "clerk")

    def pseudonyms(house: House) -> list[Any]:
        with serving(house) as served:
            served.http.headers.update(with_key(key))
            return [row["person_number"] for row in rows(served)]

    before, old = pseudonyms(people.house), people.house.secret
    new = base64.b64encode(os.urandom(32)).decode()
    people.house.secret = f"{new},{old}"
    assert pseudonyms(people.house) == before
    assert people.house.done("keys", "rewrap").strip() == "0 data keys, 1 pseudonym keys"
    people.house.done("audit", "verify")
    people.house.secret = new
    assert pseudonyms(people.house) == before
    assert people.house.gateway("audit", "verify").returncode == 4
    people.house.secret = old
    assert people.house.gateway("keys", "rewrap").returncode == 2
