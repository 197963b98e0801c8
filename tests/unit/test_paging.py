"""How long lists are asked for in pieces, and when asking ends."""

from __future__ import annotations

from itertools import islice
from typing import Any

import msgspec
import pytest

from connectors import rest
from connectors.answer import AnswerRules
from connectors.auth import AuthSpec, SignedIn
from connectors.connection import Connection
from connectors.decode import BrokenAnswer, envelope
from connectors.errors import FatalPortalError, RetriablePortalError
from connectors.http import HttpClient, Request
from connectors.paging import Paging, calls, declared_total, is_last
from connectors.politeness import Limits
from tests.helpers.wire import Answer, Received, Wire, answering, reply

PAGES = Paging("page", page_size=2, total="total")
ASK = rest.StreamRequest(Request("GET", "/list", query={"spec": "page"}), "content", PAGES)


def open_client(wire: Wire, parallel: int = 1) -> SignedIn:
    http = HttpClient(Connection("portal_test", wire.address), Limits(attempts=1, parallel=parallel))
    return SignedIn(http, AuthSpec("none"), AnswerRules(), Request("", ""))


def page(records: list[Any], last: bool | None = None, total: Any = None) -> bytes:
    return reply(
        {"content": records, **({} if last is None else {"last": last}), **({} if total is None else {"total": total})}
    )


def number(request: Received) -> int:
    return int(request.line.partition("page=")[2].partition("&")[0])


def read(
    answer: Answer, ask: rest.StreamRequest = ASK, enough: rest.Enough | None = None
) -> tuple[list[rest.Page], list[str]]:
    with answering(answer) as wire:
        pages = list(rest.pages(open_client(wire), ask, enough))
    return pages, [request.line.split(" ")[1] for request in wire.received]


def test_calls_count_from_the_first_page() -> None:
    paging = Paging("page", page="p", size="n", page_size=50, first=1)
    asked = [
        (name, dict(request.query)) for name, request in islice(calls(paging, Request("GET", "/", query={"a": "b"})), 2)
    ]
    assert asked == [("page 1", {"a": "b", "p": "1", "n": "50"}), ("page 2", {"a": "b", "p": "2", "n": "50"})]


@pytest.mark.parametrize(
    ("paging", "members", "count", "last"),
    [
        (PAGES, {"last": True}, 2, True),
        (PAGES, {"last": False}, 2, False),
        (PAGES, {}, 2, False),
        (PAGES, {"last": "true"}, 2, False),
        (PAGES, {"last": False}, 0, True),
        (Paging("whole"), {"last": False}, 9, True),
        (Paging("page", last="head.end"), {"head": {"end": True}}, 1, True),
    ],
)
def test_the_last_page(paging: Paging, members: dict[str, Any], count: int, last: bool) -> None:
    assert is_last(paging, envelope(msgspec.json.encode(members)), count) is last


@pytest.mark.parametrize(("total", "declared"), [(7, 7), (0, 0), ("7", None), (True, None), (None, None)])
def test_a_declared_total_is_a_number_or_nothing(total: Any, declared: int | None) -> None:
    assert declared_total(PAGES, envelope(msgspec.json.encode({"total": total}))) == declared
    assert declared_total(Paging("page"), envelope(b'{"total": 7}')) is None


def test_pages_come_in_order_until_the_last() -> None:
    pages, asked = read(lambda request: page([{"n": number(request)}, {"n": 0}], last=number(request) == 2, total=6))
    assert asked == [f"/list?spec=page&page={n}&size=2" for n in range(3)]
    assert [each.name for each in pages] == ["page 0", "page 1", "page 2"]
    assert [each.records for each in pages] == [2, 2, 2]
    assert {each.declared_total for each in pages} == {6}
    assert pages[1].body == b'{"content": [{"n": 1}, {"n": 0}], "last": false, "total": 6}'
    assert pages[1].request == {
        "method": "GET",
        "path": "/list",
        "query": {"spec": "page", "page": "1", "size": "2"},
        "body": None,
    }


def test_an_empty_page_is_the_end_where_the_portal_forgets_to_say_so() -> None:
    pages, asked = read(lambda request: page([{"n": number(request)}] if number(request) < 2 else []))
    assert len(asked) == 3
    assert [each.records for each in pages] == [1, 1, 0]


def test_a_portal_that_always_gives_the_same_page_is_stopped() -> None:
    with pytest.raises(FatalPortalError, match="the very bytes of the page before") as caught:
        read(lambda _: page([{"n": 1}], last=False))
    assert "page 1" in str(caught.value)


def test_reading_ends_when_enough_is_known() -> None:
    answer = lambda request: page([{"n": number(request)}], last=False)  # noqa: E731
    pages, _ = read(answer, enough=lambda record: record["n"] == 1)
    assert [each.name for each in pages] == ["page 0", "page 1"]


def test_an_error_names_its_page() -> None:
    def answer(request: Received) -> bytes:
        return page([{"n": 1}], last=False) if number(request) == 0 else reply({}, "500 Internal Server Error")

    with pytest.raises(RetriablePortalError) as caught:
        read(answer)
    assert str(caught.value).startswith("page 1: GET /list: HTTP 500")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"items": []}, "the answer has no member 'content' (it has items)"),
        ({"content": "none"}, "member 'content' is not a list of records"),
        ({"content": 5}, "member 'content' is not a list of records"),
    ],
)
def test_an_answer_without_records_is_broken(body: Any, says: str) -> None:
    with pytest.raises(BrokenAnswer) as caught:
        read(lambda _: reply(body))
    assert says in str(caught.value)


def test_a_single_object_counts_as_a_list_of_one() -> None:
    [only], _ = read(lambda _: reply({"content": {"n": 1}, "last": True}))
    assert only.records == 1


def test_one_call_for_each_value_keeps_their_order() -> None:
    each = rest.StreamRequest(
        Request("POST", "/one", body={"service": "detail"}), "result", each=("code", iter("abcdefgh"))
    )
    with answering(lambda request: reply({"result": [{"code": request.json["code"]}]})) as wire:
        pages = list(rest.pages(open_client(wire, parallel=3), each))
    assert [one.name for one in pages] == [f"code={value}" for value in "abcdefgh"]
    assert [one.request["body"] for one in pages] == [{"service": "detail", "code": value} for value in "abcdefgh"]
    assert sorted(request.json["code"] for request in wire.received) == list("abcdefgh")


def test_one_failing_call_ends_the_stream_and_is_named() -> None:
    each = rest.StreamRequest(Request("POST", "/one", body={}), "result", each=("code", iter("abcdefgh")))

    def answer(request: Received) -> bytes:
        return reply({}, "404 Not Found") if request.json["code"] == "c" else reply({"result": []})

    with answering(answer) as wire, pytest.raises(FatalPortalError) as caught:
        list(rest.pages(open_client(wire, parallel=2), each))
    assert str(caught.value).startswith("code=c: POST /one: HTTP 404")
    assert len(wire.received) < 8
