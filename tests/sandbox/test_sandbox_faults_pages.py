"""Misbehaviour with pages and the records on them."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from sandbox.faults import ANY_KIND
from sandbox.misbehaviour import Hit, misbehave
from sandbox.reply import Reply
from sandbox.testing import Running

pytestmark = pytest.mark.filterwarnings("error")
SEARCH = "/pa/dossier/search"
Page = Callable[..., dict[str, Any]]


@pytest.fixture
def page(sandbox: Running, token: str) -> Page:
    """Gets a page of five dossiers; what is named is ordered as a fault for this call."""

    def get(number: int = 0, **fault: Any) -> dict[str, Any]:
        if fault:
            sandbox.order("province", "faults", {"match": SEARCH, **fault}).raise_for_status()
        found: dict[str, Any] = sandbox.province_get(SEARCH, token, size=5, page=number).json()
        return found

    return get


def spoiled(body: str, before: str | None = None, **fault: Any) -> str:
    """An answer after a fault, when `before` was the answer of the call before."""
    order = msgspec.convert({"match": "/", **fault}, type=ANY_KIND)
    earlier = None if before is None else Reply(before.encode())
    response = asyncio.run(misbehave(Hit(order, earlier), lambda: Reply(body.encode())))
    return bytes(response.body).decode()


def test_the_page_before_comes_again(page: Page) -> None:
    first, second = page(0), page(1)
    assert page(2, kind="duplicate_page") == second != first
    assert page(2)["number"] == 2


def test_the_page_before_comes_again_for_as_long_as_asked(page: Page) -> None:
    last = page(3)
    assert page(4, kind="duplicate_page", times=2) == page(5) == last


def test_without_a_page_before_the_answer_is_good(sandbox: Running, session: str) -> None:
    sandbox.order("national", "faults", {"match": "LayDanhMucCoQuan", "kind": "duplicate_page"})
    spoiled_answer = sandbox.service(session, "LayDanhMucCoQuan")
    assert spoiled_answer.content == sandbox.service(session, "LayDanhMucCoQuan").content


def test_a_shifted_page_misses_its_first_records_and_keeps_its_totals(page: Page) -> None:
    good, shifted = page(), page(kind="shifted_page", count=2)
    assert shifted["content"] == good["content"][2:]
    assert shifted["totalElements"] == good["totalElements"]


def test_a_shrunk_list_agrees_with_its_totals(page: Page) -> None:
    good, shrunk = page(), page(kind="shrunk", count=2)
    assert shrunk["content"] == good["content"][:2]
    totals = {name: shrunk[name] for name in ("totalElements", "totalPages", "numberOfElements", "last")}
    assert totals == {"totalElements": 2, "totalPages": 1, "numberOfElements": 2, "last": True}


def test_a_list_shrinks_to_nothing(page: Page) -> None:
    empty = page(kind="shrunk")
    assert (empty["content"], empty["totalElements"], empty["totalPages"]) == ([], 0, 0)


@pytest.mark.parametrize(
    ("whole", "shrunk"),
    [
        ([1, 2, 3], [1]),
        ({"data": [1, 2], "totalCount": 9, "hasNextPage": True}, {"data": [1], "totalCount": 1, "hasNextPage": False}),
        ({"result": [1, 2], "total": "2"}, {"result": [1], "total": "1"}),
        ({"code": 200, "data": {"total": 2, "items": [1, 2]}}, {"code": 200, "data": {"total": 1, "items": [1]}}),
        (
            {"MainInformation": [1, 2], "DataCount": 2, "Status": "1"},
            {"MainInformation": [1], "DataCount": 1, "Status": "1"},
        ),
        ({"message": '{"result":[1,2]}'}, {"message": '{"result":[1]}'}),
        ({"status": 1, "data": "<r><a/><a/></r>"}, {"status": 1, "data": "<r><a/></r>"}),
        ({"status": 1, "data": "[not a list"}, {"status": 1, "data": "[not a list"}),
    ],
)
def test_records_are_found_wherever_a_portal_puts_them(whole: Any, shrunk: Any) -> None:
    assert json.loads(spoiled(json.dumps(whole), kind="shrunk", count=1)) == shrunk


def test_xml_records_are_siblings_of_one_name() -> None:
    declaration = '<?xml version="1.0" encoding="UTF-8"?>'
    xml = f'{declaration}<s:e xmlns:s="urn:s"><s:b><total>3</total><d><k>1</k></d><d><k>2</k></d><d><k>3</k></d></s:b></s:e>'
    shrunk = f'{declaration}<s:e xmlns:s="urn:s"><s:b><total>1</total><d><k>1</k></d></s:b></s:e>'
    assert spoiled(xml, kind="shrunk", count=1) == shrunk
    assert spoiled(xml, kind="shifted_page", count=2) == xml.replace("<d><k>1</k></d><d><k>2</k></d>", "")


def test_xml_inside_a_text_of_xml_is_reached() -> None:
    outer = "<m>{}</m>".format("&lt;l>&lt;d/>&lt;d/>&lt;/l>".replace(">", "&gt;"))
    assert spoiled(outer, kind="shrunk", count=1) == "<m>&lt;l&gt;&lt;d/&gt;&lt;/l&gt;</m>"


def test_fields_of_xml_records_are_rewritten_and_removed() -> None:
    xml = "<l><d><k>1</k><n><m>x</m></n></d><d><k>2</k><n><m>x</m></n></d></l>"
    changes = {"0": {"k": 9}, "1": {"n.m": "y", "absent": "z"}, "7": {"k": "beyond"}}
    rewritten = spoiled(xml, kind="rewrite", records=changes, remove={"0": ["n.m"]})
    assert rewritten == "<l><d><k>9</k><n/></d><d><k>2</k><n><m>y</m></n></d></l>"


def test_the_cursor_of_the_page_before_comes_again() -> None:
    before, now = '{"items":[1],"nextCursor":"b"}', '{"items":[2],"nextCursor":"c"}'
    assert json.loads(spoiled(now, before, kind="repeat_cursor")) == {"items": [2], "nextCursor": "b"}
    assert spoiled(now, kind="repeat_cursor") == now


def test_a_cursor_may_lie_deeper_under_a_name_of_its_own() -> None:
    before, now = '{"paging":{"after":"b"}}', '{"paging":{"after":"c"},"rows":[]}'
    repeated = json.loads(spoiled(now, before, kind="repeat_cursor", field="paging.after"))
    assert repeated == {"paging": {"after": "b"}, "rows": []}


def test_an_answer_without_records_stays_as_it_is() -> None:
    for body in ('{"session":"abc"}', "<html><body>sign in", "plain text"):
        assert spoiled(body, kind="shrunk") == body
