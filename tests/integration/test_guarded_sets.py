"""Sets with restricted or personal columns: what their contracts may say, and that no row of them is ever in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.errors import ConfigError
from gateway.publish import sets, unfiled
from gateway.publish.check import check
from tests.conftest import NewHouse
from tests.helpers.house import House
from tests.helpers.people import ROLES, SCOPES, People
from tests.helpers.serving import serving


@pytest.fixture(scope="module")
def module_people(new_house: NewHouse) -> People:
    return People(new_house())


@pytest.fixture
def people(house: House) -> People:
    return People(house)


def mistakes(people: People, path: Path, datasets: Path = Path("nowhere")) -> list[ConfigError]:
    """What `gateway contract check` finds, apart from code lists."""
    with people.house.engine() as engine:
        return check(path, engine, datasets)


def test_the_contracts_are_whole(module_people: People) -> None:
    for name in ROLES:
        assert mistakes(module_people, module_people.write(name)) == []


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "no such column": ({"roles": {"a": {"nobody": "plain"}}}, "role a: no column nobody", "role: a"),
    "a mask that does not fit": (
        {"roles": {"a": {"born_on": "last_digits"}}}, "role a: last_digits does not fit column born_on, a date", "role: a"
    ),
    "a form nobody knows": ({"roles": {"a": {"phone": "half"}}}, "'half' is not one of plain", "phone: half"),
    "the key masked": ({"roles": {"a": {"code": "pseudonym"}}}, "column code is of the key", "role: a"),
    "a shared column masked": ({"roles": {"a": {"agency_code": "pseudonym"}}}, "column agency_code is shared", "role: a"),
    "a scope of nothing": ({"scope": {"agency": "office", "issuer": "province"}}, "scope agency: no column office", "property: scope"),
    "an agency of nobody": ({"scope": {"agency": "agency_code"}}, "'issuer' is a dependency of 'agency'", "agency: agency_code"),
    "a scope of another type": ({"scope": {"period": "status"}}, "column status is a string", "property: scope"),
    "a personal scope": ({"scope": {"period": "born_on"}}, "scope period: column born_on is personal", "property: scope"),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_what_a_contract_says_of_its_readers_is_judged(module_people: People, wrong: str) -> None:
    changes, what, line = WRONG[wrong]
    path = module_people.write("people", **changes)
    [found] = mistakes(module_people, path)
    assert what in found.what
    assert found.do
    file, _, number = found.where.rpartition(":")
    lines = path.read_text("utf-8").splitlines()
    assert file == str(path)
    assert line in "\n".join(lines[int(number) - 1 : int(number) + 12])


BREAKS: dict[str, tuple[dict[str, Any], str]] = {
    "a role goes": ({"roles": {name: ROLES["people"][name] for name in ("counter", "officer")}}, "role clerk is gone"),
    "a role sees less of a column": (
        {"roles": {**ROLES["people"], "officer": {**ROLES["people"]["officer"], "phone": "last_digits"}}},
        "role officer saw column phone as plain, and sees it as last_digits",
    ),
    "a role sees a column no more": (
        {"roles": {**ROLES["people"], "clerk": {"full_name": "plain", "phone": "last_digits", "born_on": "year"}}},
        "role clerk saw column person_number as pseudonym, and sees nothing of it",
    ),
    "rights cannot be limited any more": (
        {"scope": {"period": "received_at"}}, "rights could be limited by agency in column agency_code, and cannot be"
    ),
    "codes become another issuer's": (
        {"scope": {**SCOPES["people"], "issuer": "national"}},
        "rights could be limited by agencies of province, and are by those of national",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def released(new_house: NewHouse) -> People:
    """The set, published."""
    people = People(new_house())
    people.publish()
    return people


@pytest.mark.parametrize("change", BREAKS)
def test_what_a_role_loses_needs_a_new_major_version(released: People, change: str) -> None:
    changes, what = BREAKS[change]
    datasets = released.house.place / "datasets"
    [found] = mistakes(released, released.write("people", **changes), datasets)
    assert found.what == f"breaks readers of 1.0.0: {what}"
    assert mistakes(released, released.write("people", version="2.0.0", **changes), datasets) == []
    more = {**ROLES["people"], "clerk": {**ROLES["people"]["clerk"], "phone": "plain"}, "other": {}}
    assert mistakes(released, released.write("people", roles=more), datasets) == []


def test_no_row_is_ever_in_a_file(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = list[bytes]()
    write = unfiled.write_lineage

    def looked(*given: Any) -> None:
        write(*given)
        seen.extend(path.read_bytes() for path in people.house.place.rglob("*") if path.is_file())

    monkeypatch.setattr(unfiled, "write_lineage", looked)
    done = people.publish()
    assert seen
    assert {path.name for path in done.folder.iterdir()} == {"people.odcs.yaml", "lineage.jsonld"}
    seen.extend(path.read_bytes() for path in people.house.place.rglob("*") if path.is_file())
    for content in seen:
        assert "Nguyễn Mẫu".encode() not in content
        assert b"0990000" not in content
    assert (done.rows, people.house.value("select count(*) from share.people")) == (60, 60)
    assert (done.folder.parent / "latest").readlink().name == done.version


def test_only_what_changed_is_a_new_version_and_told(people: People) -> None:
    first = people.publish()
    assert (first.is_new, people.publish().is_new) == (True, False)
    people.house.execute("update public.people set agency_code = 'H34' where code = 'P001'")
    people.house.execute("delete from public.people where code = 'P002'")
    people.house.execute("insert into public.people (code, agency_code) values ('P900', 'H33')")
    second = people.publish()
    assert second.is_new
    log = "select change, row_code, was_agency_code, row_agency_code from share.people__change order by position"
    assert people.house.rows(log) == [
        ("changed", "P001", "H33.1", "H34"), ("removed", "P002", "H33.1.1", None), ("added", "P900", None, "H33")
    ]  # fmt: skip


def test_files_of_before_it_was_known_to_be_personal_go(people: People) -> None:
    path = people.write("people", roles={"counter": {}})
    text = path.read_text("utf-8")
    path.write_text(
        text.replace("classification: personal", "classification: shared").replace("restricted", "shared"), "utf-8"
    )
    filed = people.publish().folder
    assert (filed / "people.csv").exists()
    people.write("people", version="2.0.0")
    latest = people.publish().folder
    assert not filed.exists()
    assert [folder.name for folder in latest.parent.iterdir() if folder.is_dir() and not folder.is_symlink()] == [
        latest.name
    ]


def test_files_go_at_once_when_a_set_is_found_to_be_personal(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    def publish(name: str, version: str) -> Path:
        path = people.write("people", roles={"counter": {}}, version=version)
        shared = path.read_text("utf-8").replace("classification: personal", "classification: shared")
        path.write_text(shared.replace("restricted", "shared").replace("full_name", name), "utf-8")
        return people.publish().folder

    clean = publish("full_name", "1.0.0")
    people.house.execute("alter table public.people rename full_name to applicant_name")
    with monkeypatch.context() as unaware:
        unaware.setattr(sets, "personal", lambda *_: ())
        filed = publish("applicant_name", "2.0.0")
    assert (filed / "people.csv").exists()
    with pytest.raises(ConfigError, match="applicant_name is personal"):
        people.publish()
    assert sorted(each.name for each in clean.parent.iterdir()) == [".as-of", clean.name]
    assert people.house.value("select to_regclass('share.people') is null")


def test_no_hash_of_rows_that_are_gone_is_kept(people: People) -> None:
    """Who knows all the others could try out what an erased one said."""
    people.publish()
    people.house.execute("update public.people set full_name = null where code = 'P001'")
    people.publish()
    hashes = people.house.column("select content_sha256 from ops.publication order by published_at")
    assert hashes[0] == ""
    assert hashes[1]


def test_a_lost_table_comes_again(people: People) -> None:
    done = people.publish()
    people.house.execute("drop table share.people")
    again = people.publish()
    assert (again.version, again.is_new) == (done.version, False)
    assert people.house.value("select count(*) from share.people") == 60


def test_rows_that_break_a_rule_replace_nothing(people: People) -> None:
    people.publish()
    people.house.execute("insert into public.people (code) values ('P001')")
    with pytest.raises(Exception, match="unique_key"):
        people.publish()
    assert people.house.value("select count(*) from share.people") == 60
    assert not list((people.house.place / "datasets" / "people").glob(".draft-*"))


def test_readers_of_the_database_see_shared_tables_alone(people: People) -> None:
    people.publish()
    may = "select has_table_privilege('{0}', 'share.{1}', 'select')"
    for table in ("people", "people__change"):
        assert not people.house.value(may.format("gateway_reader", table))
        assert people.house.value(may.format("gateway_server", table))
    people.house.done("db", "upgrade")
    assert not people.house.value(may.format("gateway_reader", "people"))
    assert people.house.value(may.format("gateway_reader", "publication"))


@pytest.mark.parametrize("declared", ["open", "shared", "restricted"])
def test_what_is_personal_by_name_must_be_declared_so(module_people: People, declared: str) -> None:
    path = module_people.write("people")
    text = path.read_text("utf-8").replace("full_name", "applicant_name")
    path.write_text(text.replace("classification: personal", f"classification: {declared}"), "utf-8")
    found = [each.what for each in mistakes(module_people, path)]
    assert f"column applicant_name is personal, and declared {declared}" in found


def test_without_a_key_it_is_listed_and_no_more(people: People) -> None:
    people.publish()
    with serving(people.house) as api:
        assert [(each["dataset"], each["access"]) for each in api.json("/v1/sets")["sets"]] == [("people", "key")]
        for path in ("rows", "changes?since=x", "versions", "versions/latest/files/people.odcs.yaml"):
            api.problem(f"/v1/sets/people/{path}", 401)
