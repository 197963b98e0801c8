"""A right goes on as it was agreed: what a later contract gives its role, or binds its limits to, is agreed anew."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import yaml

from tests.helpers.house import ROOT, House, said
from tests.helpers.people import ROLES, SCOPES, People, with_key
from tests.helpers.serving import Api, serving

ROWS = "/v1/sets/people/rows"
CLERK = ROLES["people"]["clerk"]


@pytest.fixture
def people(house: House) -> People:
    people = People(house)
    people.publish()
    return people


@pytest.fixture
def api(people: People) -> Iterator[Api]:
    with serving(people.house) as api:
        yield api


def reader(people: People, api: Api, code: str, role: str, **limits: Any) -> Api:
    own = Api(api.address)
    own.http.headers.update(with_key(people.consumer(code)))
    people.grant(code, role, **limits)
    return own


def row(api: Api) -> dict[str, Any]:
    """One person, as shown."""
    [found] = api.json(ROWS, code="P007")["rows"]
    return {
        name: value for name, value in found.items() if name not in {"code", "agency_code", "received_at", "status"}
    }


def lacks(house: House) -> dict[str, str]:
    rights = json.loads(house.done("access", "list", "--json"))
    return {each["consumer_code"]: each["lacks"] for each in rights if not each["revoked_at"]}


def test_what_a_role_is_shown_later_is_not_shown_by_an_older_right(people: People, api: Api) -> None:
    clerk, officer = (reader(people, api, role, role) for role in ("clerk", "officer"))
    agreed, whole = row(clerk), row(officer)
    assert lacks(people.house) == {"clerk": "", "officer": ""}
    roles = {
        "clerk": {**CLERK, "phone": "plain", "note": "plain", "full_name": "pseudonym"},
        "officer": {**ROLES["people"]["officer"], "phone": "last_digits", "note": "pseudonym", "born_on": "year"},
    }
    people.write("people", version="2.0.0", roles=roles)
    people.publish()
    now = row(clerk)
    assert now == {**agreed, "full_name": now["full_name"]}
    assert len(now["full_name"]) == 32, "less is given at once"
    assert row(officer) | {"note": ""} == {**whole, "phone": "007", "born_on": "1960", "note": ""}
    assert lacks(people.house) == {"clerk": "phone, note", "officer": ""}
    people.house.done("access", "revoke", "clerk", "people")
    people.grant("clerk", "clerk")
    assert row(clerk)["phone"] == "0900000007"
    assert lacks(people.house)["clerk"] == ""
    people.write("people", version="3.0.0", roles={"officer": roles["officer"]})
    people.publish()
    clerk.problem(ROWS, 403)
    assert lacks(people.house) == {"clerk": "everything", "officer": ""}


def test_another_mask_leaves_nothing_and_an_opened_column_its_mask(people: People, api: Api) -> None:
    clerk = reader(people, api, "clerk", "clerk")
    agreed = row(clerk)
    path = people.write("people", version="2.0.0", roles={"clerk": {**CLERK, "phone": "pseudonym"}})
    opened = {"born_on": "shared", "note": "shared"}
    contract = yaml.safe_load(path.read_text("utf-8"))
    for column in contract["schema"][0]["properties"]:
        column["classification"] = opened.get(column["name"], column["classification"])
    contract["roles"][0]["customProperties"][0]["value"].pop("born_on")
    path.write_text(yaml.safe_dump(contract, allow_unicode=True), "utf-8")
    people.publish()
    assert row(clerk) == {name: value for name, value in agreed.items() if name != "phone"}
    assert lacks(people.house) == {"clerk": "phone, born_on, note"}


OTHERS: dict[str, dict[str, str]] = {
    "another column": {**SCOPES["people"], "agency": "status"},
    "another issuer": {**SCOPES["people"], "issuer": "national"},
    "none": {"period": "received_at"},
}


@pytest.mark.parametrize("other", OTHERS)
def test_a_right_whose_limit_is_another_gives_nothing(people: People, api: Api, other: str) -> None:
    limited, dated, free = (
        reader(people, api, code, "counter", **limits)
        for code, limits in {"limited": {"agency_code": "H33.1"}, "dated": {"period_from": date(2026, 1, 1)}, "free": {}}.items()
    )  # fmt: skip
    assert limited.json(ROWS)["rows"]
    people.write("people", version="2.0.0", scope=OTHERS[other])
    people.publish()
    limited.problem(ROWS, 403)
    assert dated.json(ROWS)["rows"]
    assert free.json(ROWS)["rows"]
    assert lacks(people.house) == {"limited": "everything", "dated": "", "free": ""}


SET = "dossier_status"
DOSSIER = """
    insert into core.dossier (issuer, dossier_code, valid_from, status_code, status_at, source_hash, content_hash, batch_id)
    values ('province', 'H33.17-260301-0001', '0001-01-01', '4', now(), '', '', 1)"""
GRANT = ("access", "grant", "reader", SET, "--role", "agency_reader", "--basis", "12/TT-CSDL")


@pytest.mark.parametrize(
    "change", [("role: agency_reader", "role: clerk"), ("issuer: province", "issuer: national"), ("", "")]
)
def test_a_right_is_given_by_what_is_published(house: House, change: tuple[str, str]) -> None:
    said_now = (ROOT / f"schemas/datasets/{SET}.odcs.yaml").read_text("utf-8").replace("[province/dossiers]", "[]")
    path = house.place / "schemas" / "datasets" / f"{SET}.odcs.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(said_now.replace(*change), "utf-8")
    house.execute(DOSSIER)
    assert house.publish(SET, house.place / "schemas").is_new
    house.done("keys", "add", "reader", "Sở Tư pháp")
    ended = house.gateway(*GRANT)
    is_same = change == ("", "")
    assert (ended.returncode, house.value("select count(*) from ops.access_grant")) == ((0, 1) if is_same else (2, 0))
    assert is_same or said(ended)[0].endswith(f" → publish first: gateway publish {SET}")
