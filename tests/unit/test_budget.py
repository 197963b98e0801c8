"""Repeats and failures of one run, the hours of a portal, and calls that must not be sent twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from connectors.connection import Connection
from connectors.errors import (
    FatalPortalError,
    OutcomeUnknown,
    OutsideHours,
    PortalAway,
    PortalError,
    RetriablePortalError,
    SessionExpired,
)
from connectors.http.budget import Budget
from connectors.http.client import HttpClient, Request, RetryAfter
from connectors.http.hours import Hours
from connectors.http.politeness import Limits
from tests.helpers.wire import Wire, answering, reply

ASK = Request("GET", "/list")
PUSH = Request("POST", "/push", body={"a": 1}, repeatable=False)
BROKEN = reply(b"{}", "500 Internal Server Error")
GOOD = reply({"ok": 1})


def client(wire: Wire, limits: Limits) -> HttpClient:
    return HttpClient(Connection("portal_test", wire.address), limits)


def test_the_repeats_of_a_run_are_shared_by_all_its_calls() -> None:
    with answering(lambda _: BROKEN) as wire:
        portal = client(wire, Limits(attempts=2, retries=1))
        with pytest.raises(RetriablePortalError) as first:
            portal.send(ASK)
        with pytest.raises(PortalAway) as second:
            portal.send(ASK)
        assert len(wire.received) == 3
    assert not isinstance(first.value, PortalAway)
    assert str(second.value).startswith("GET /list: HTTP 500; the 1 repeats of this run are used up")


def test_the_circuit_opens_after_failures_in_a_row() -> None:
    with answering(lambda _: BROKEN) as wire:
        portal = client(wire, Limits(attempts=1, failures=2))
        for _ in range(2):
            with pytest.raises(RetriablePortalError, match="HTTP 500"):
                portal.send(ASK)
        with pytest.raises(PortalAway, match="circuit open after 2 failures in a row"):
            portal.send(ASK)
        assert len(wire.received) == 2


def test_an_answer_between_failures_keeps_the_circuit_closed() -> None:
    answers = iter([BROKEN, GOOD, BROKEN, GOOD])
    with answering(lambda _: next(answers)) as wire:
        portal = client(wire, Limits(attempts=1, failures=2))
        for _ in range(2):
            with pytest.raises(RetriablePortalError):
                portal.send(ASK)
            assert portal.send(ASK).status == 200


@pytest.mark.parametrize("status", ["404 Not Found", "401 Unauthorized"])
def test_a_refusal_shows_that_the_portal_is_there(status: str) -> None:
    with answering(lambda _: reply(b"{}", status)) as wire:
        portal = client(wire, Limits(attempts=1, failures=1))
        for _ in range(3):
            with pytest.raises((FatalPortalError, SessionExpired)):
                portal.send(ASK)
        assert len(wire.received) == 3


def test_threads_take_no_repeat_twice() -> None:
    budget = Budget(retries=50)

    def take(_: int) -> bool:
        try:
            budget.repeat(None)
        except PortalAway:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(200))) == 50


@pytest.mark.parametrize(
    ("window", "clock", "inside"),
    [
        ("22:00-05:00", "22:00", True),
        ("22:00-05:00", "04:59", True),
        ("22:00-05:00", "05:00", False),
        ("22:00-05:00", "21:59", False),
        ("08:30-17:00", "08:30", True),
        ("08:30-17:00", "17:00", False),
        ("00:00-24:00", "23:59", True),
    ],
)
def test_hours_are_vietnamese_and_may_go_over_midnight(window: str, clock: str, inside: bool) -> None:
    at = datetime.fromisoformat(f"2026-11-20T{clock}:00+07:00").astimezone(UTC)
    assert Hours.read(window).hold(at) is inside


@pytest.mark.parametrize("text", ["22-05", "22:00-22:00", "25:00-26:00", "10:60-11:00", "٢٢:00-05:00", ""])
def test_hours_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"form|begins|no time"):
        Hours.read(text)


def test_outside_its_hours_a_portal_is_not_called() -> None:
    soon = datetime.now(UTC) + timedelta(hours=8)  # an hour ahead, in Vietnamese time
    window = f"{soon:%H:%M}-{soon + timedelta(hours=2):%H:%M}"
    with answering(lambda _: GOOD) as wire:
        with pytest.raises(OutsideHours) as caught:
            client(wire, Limits(attempts=3, hours=Hours.read(window))).send(ASK)
        assert wire.received == []
    assert str(caught.value).startswith(f"GET /list: the portal may be called only at {window} (Vietnamese time)")
    assert isinstance(caught.value, PortalAway)


MAYBE = {
    "a fault": BROKEN,
    "a gateway's fault": reply(b"{}", "504 Gateway Timeout"),
    "nothing": reply(b""),
    "a cut answer": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{",
    "no word at all": b"",
    "a length unknown": b"HTTP/1.1 200 OK\r\n\r\n{}",
    "too many bytes": reply(b"x" * 2000),
}


@pytest.mark.parametrize("how", MAYBE)
def test_a_call_that_may_have_taken_effect_is_not_repeated(how: str) -> None:
    with answering(lambda _: MAYBE[how]) as wire:
        with pytest.raises(OutcomeUnknown) as caught:
            client(wire, Limits(attempts=3, max_bytes=1000)).send(PUSH)
        assert len(wire.received) == 1
    assert str(caught.value).startswith("POST /push: ")


def test_silence_leaves_the_outcome_unknown() -> None:
    with answering(lambda _: iter([5.0])) as wire, pytest.raises(OutcomeUnknown, match=r"silent for 0\.2 s"):
        client(wire, Limits(attempts=3, read=0.2)).send(PUSH)


CERTAIN: dict[str, tuple[str, type[PortalError]]] = {
    "refused": ("400 Bad Request", FatalPortalError),
    "not signed in": ("401 Unauthorized", SessionExpired),
    "busy": ("429 Too Many Requests", RetryAfter),
}


@pytest.mark.parametrize("how", CERTAIN)
def test_a_refused_call_has_a_known_outcome(how: str) -> None:
    status, kind = CERTAIN[how]
    with answering(lambda _: reply(b"{}", status)) as wire:
        with pytest.raises(kind) as caught:
            client(wire, Limits(attempts=3)).send(PUSH)
        assert len(wire.received) == 1
    assert not isinstance(caught.value, OutcomeUnknown)


def test_a_call_that_never_left_has_a_known_outcome() -> None:
    with answering(lambda _: GOOD) as wire:
        pass
    with pytest.raises(PortalAway):
        client(wire, Limits(attempts=3)).send(PUSH)


def test_every_repeat_is_told() -> None:
    told: list[PortalError] = []
    answers = iter([BROKEN, BROKEN, GOOD])
    with answering(lambda _: next(answers)) as wire:
        HttpClient(Connection("portal_test", wire.address), Limits(attempts=3), tell=told.append).send(ASK)
    assert [error.what for error in told] == ["HTTP 500", "HTTP 500"]
