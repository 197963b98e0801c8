"""How long lists are asked for in pieces, and when asking ends."""

from __future__ import annotations

import itertools
import json
import threading
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec
import pytest

from connectors import pages as reading
from connectors.answer import AnswerRules
from connectors.auth import AuthSpec
from connectors.connection import Connection
from connectors.decode import BrokenAnswer, envelope
from connectors.errors import FatalPortalError, RetriablePortalError
from connectors.formats import Format
from connectors.http.client import HttpClient, Request
from connectors.http.politeness import Limits
from connectors.paging import Cursor, Link, Offset, Page, Paging, Seen, StartEnd, Whole, declared_total
from connectors.signed_in import SignedIn
from connectors.windows import DateWindow
from tests.helpers.wire import Answer, Received, Wire, answering, reply

PAGES = Page(page_size=2, total="total")
ASK = reading.StreamRequest(Request("GET", "/list", query={"spec": "page"}), Format(records="content"), PAGES)


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
    answer: Answer, ask: reading.StreamRequest = ASK, enough: reading.Enough | None = None
) -> tuple[list[reading.Page], list[str]]:
    with answering(answer) as wire:
        pages = list(reading.pages(open_client(wire), ask, enough))
    return pages, [request.line.split(" ")[1] for request in wire.received]


def after(paging: Paging, members: dict[str, Any], count: int) -> bool:
    """Whether another call follows an answer to the first."""
    first = paging.first(Request("GET", "/list"))
    return paging.next(first, Seen(envelope(msgspec.json.encode(members)), count)) is not None


def test_calls_count_from_the_first_page() -> None:
    paging = Page(page="p", size="n", page_size=50, first_page=1)
    first = paging.first(Request("GET", "/", query={"a": "b"}))
    second = paging.next(first, Seen({}, 50))
    assert second is not None
    assert [(call.name, dict(call.request.query)) for call in (first, second)] == [
        ("page 1", {"a": "b", "p": "1", "n": "50"}),
        ("page 2", {"a": "b", "p": "2", "n": "50"}),
    ]


@pytest.mark.parametrize(
    ("paging", "members", "count", "last"),
    [
        (PAGES, {"last": True}, 2, True),
        (PAGES, {"last": False}, 2, False),
        (PAGES, {}, 2, False),
        (PAGES, {"last": "true"}, 2, False),
        (PAGES, {"last": False}, 0, True),
        (Whole(), {"last": False}, 9, True),
        (Page(last="head.end"), {"head": {"end": True}}, 1, True),
        (Page(pages="totalPages", first_page=1), {"totalPages": 1}, 1, True),
        (Page(pages="totalPages", first_page=1), {"totalPages": "2"}, 1, False),
    ],
)
def test_the_last_page(paging: Paging, members: dict[str, Any], count: int, last: bool) -> None:
    assert after(paging, members, count) is not last


@pytest.mark.parametrize(("total", "declared"), [(7, 7), (0, 0), ("7", 7), (True, None), (None, None)])
def test_a_declared_total_is_a_number_or_nothing(total: Any, declared: int | None) -> None:
    assert declared_total(PAGES, envelope(msgspec.json.encode({"total": total}))) == declared
    assert declared_total(Page(), envelope(b'{"total": 7}')) is None


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
    each = reading.StreamRequest(
        Request("POST", "/one", body={"service": "detail"}), Format(records="result"), each=("code", iter("abcdefgh"))
    )
    with answering(lambda request: reply({"result": [{"code": request.json["code"]}]})) as wire:
        pages = list(reading.pages(open_client(wire, parallel=3), each))
    assert [one.name for one in pages] == [f"code={value}" for value in "abcdefgh"]
    assert [one.request["body"] for one in pages] == [{"service": "detail", "code": value} for value in "abcdefgh"]
    assert sorted(request.json["code"] for request in wire.received) == list("abcdefgh")


def test_one_failing_call_ends_the_stream_and_is_named() -> None:
    each = reading.StreamRequest(
        Request("POST", "/one", body={}), Format(records="result"), each=("code", iter("abcdefgh"))
    )

    def answer(request: Received) -> bytes:
        return reply({}, "404 Not Found") if request.json["code"] == "c" else reply({"result": []})

    with answering(answer) as wire, pytest.raises(FatalPortalError) as caught:
        list(reading.pages(open_client(wire, parallel=2), each))
    assert str(caught.value).startswith("code=c: POST /one: HTTP 404")
    assert len(wire.received) < 8


def words(request: Received) -> dict[str, str]:
    """The query of a call."""
    return dict(parse_qsl(urlsplit(request.line.split(" ")[1]).query))


@pytest.mark.parametrize(
    ("paging", "names"),
    [
        (Page(page_size=2, total="total"), ["page 0", "page 1", "page 2", "page 3"]),
        (Offset(page_size=2, total="total"), ["from 0", "from 2", "from 4", "from 6"]),
        (StartEnd(page_size=2), ["from 0", "from 2", "from 4", "from 6"]),
    ],
)
def test_pages_that_are_known_are_asked_for_together_and_come_in_order(paging: Paging, names: list[str]) -> None:
    together = threading.Barrier(3, timeout=20)

    class Portal(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = dict(parse_qsl(urlsplit(self.path).query))
            at = int(asked["page"]) * 2 if "page" in asked else int(asked.get("offset", asked.get("start", 0)))
            if 0 < at < 8:
                together.wait()  # only when all three others are under way at once does any of them get its answer
            body = json.dumps({"content": [{"n": n} for n in range(at, min(at + 2, 7))], "total": 7}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    request = reading.StreamRequest(Request("GET", "/list"), Format(records="content"), paging)
    with ThreadingHTTPServer(("127.0.0.1", 0), Portal) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        client = open_client(Wire(f"http://127.0.0.1:{server.server_port}"), parallel=3)
        found = list(reading.pages(client, request))
        server.shutdown()
    assert [each.name for each in found[:4]] == names
    assert [each.records for each in found[:4]] == [2, 2, 2, 1]


def test_a_list_that_grows_while_it_is_read_is_read_to_its_new_end() -> None:
    totals = iter([4, 4, 6, 6, 6])

    def answer(request: Received) -> bytes:
        at = number(request) * 2
        return page([{"n": n} for n in range(at, min(at + 2, 6))], total=next(totals))

    with answering(answer) as wire:
        found = list(reading.pages(open_client(wire, parallel=2), ASK))
    assert [each.records for each in found] == [2, 2, 2, 0]
    assert [each.moved for each in found] == [False, False, True, False]


def test_a_mark_leads_from_page_to_page() -> None:
    marks = {"": "b", "b": "c", "c": ""}

    def answer(request: Received) -> bytes:
        mark = words(request).get("after", "")
        return reply({"content": [{"n": mark}], "next": marks[mark]})

    ask = reading.StreamRequest(Request("GET", "/list"), Format(records="content"), Cursor("next", "after"))
    pages, _ = read(answer, ask)
    assert [json.loads(each.body)["content"] for each in pages] == [[{"n": ""}], [{"n": "b"}], [{"n": "c"}]]


def test_a_mark_that_comes_again_is_a_circle() -> None:
    ask = reading.StreamRequest(Request("GET", "/list"), Format(records="content"), Cursor("next", "after"))
    count = itertools.count()
    with pytest.raises(FatalPortalError, match="leads in a circle"):
        read(lambda _: reply({"content": [{"n": next(count)}], "next": "same"}), ask)


@pytest.mark.parametrize("where", ["member", "header"])
def test_a_link_leads_to_the_next_page_of_this_portal_only(where: str) -> None:
    def answer(request: Received) -> bytes:
        at = int(words(request).get("p", 1))
        link = f"http://elsewhere.invalid/list?p={at + 1}&x=a%20b" if at < 3 else ""
        if where == "member":
            return reply({"content": [{"n": at}], "links": {"next": link}})
        return reply({"content": [{"n": at}]}, **({"Link": f'<{link}>; rel="next"'} if link else {}))

    paging = Link("links.next" if where == "member" else "")
    ask = reading.StreamRequest(Request("GET", "/list"), Format(records="content"), paging)
    pages, asked = read(answer, ask)
    assert [each.records for each in pages] == [1, 1, 1]
    assert asked == ["/list", "/list?p=2&x=a+b", "/list?p=3&x=a+b"]


def test_date_windows_are_no_longer_than_the_portal_bears_and_each_is_paged() -> None:
    def answer(request: Received) -> bytes:
        asked = words(request)
        total = 3 if asked["from"] == "06/11/2026" else 1
        at = int(asked["offset"])
        return page([{"n": n} for n in range(at, min(at + 2, total))], total=total)

    windows = DateWindow("from", "to", 5, "dd/MM/yyyy", "12d", Offset(page_size=2, total="total"))
    ask = reading.StreamRequest(
        Request("GET", "/list"), Format(records="content"), windows.between(None, date(2026, 11, 13))
    )
    pages, asked = read(answer, ask)
    assert [each.name for each in pages] == [
        "2026-11-01, from 0", "2026-11-06, from 0", "2026-11-06, from 2", "2026-11-11, from 0",
    ]  # fmt: skip
    assert [unquote(each) for each in asked][-1] == "/list?from=11/11/2026&to=13/11/2026&offset=0&limit=2"


def slipped(*answers: bytes) -> list[bool]:
    """Of each page, whether rows were seen to slip."""
    pages, _ = read(lambda request: answers[number(request)])
    return [each.slipped for each in pages]


def test_a_page_that_is_not_full_in_the_middle_tells_of_rows_that_went_away() -> None:
    assert slipped(page([1, 2], last=False), page([4], last=False), page([5], last=True)) == [False, True, False]
    assert slipped(page([1], last=False), page([3, 4], last=True)) == [False, True]


def test_a_total_that_falls_tells_it_too_and_one_that_grows_does_not() -> None:
    assert slipped(page([1, 2], last=False, total=5), page([4, 5], last=True, total=4)) == [False, True]
    assert slipped(page([1, 2], last=False, total=4), page([2, 3], last=True, total=5)) == [False, False]


def test_a_last_page_need_not_be_full() -> None:
    assert slipped(page([1, 2], last=False), page([3], last=True)) == [False, False]
    assert slipped(page([1, 2]), page([3]), page([])) == [False, False, False]
