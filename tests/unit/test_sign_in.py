"""Signing in: once, again when the portal has forgotten us, and never a third time."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from connectors.answer import AnswerRules, FailureRule
from connectors.auth import AuthSpec
from connectors.connection import Connection
from connectors.decode import BrokenAnswer
from connectors.errors import FatalPortalError, RetriablePortalError, SignInRefused
from connectors.formats import Format
from connectors.http.client import HttpClient, Request
from connectors.http.politeness import Limits
from connectors.signed_in import SignedIn
from tests.helpers.wire import Answer, Received, Wire, answering, reply

SESSION = AuthSpec("session_login", "/login", "session", carry_body="session", lasts=600)
BEARER = AuthSpec("oauth2_password", "/token", "access_token", lasts=600)
RULES = AnswerRules(
    success={"error_code": (0, "0")},
    failures=(
        FailureRule({}, "sign_in_again", {"message": "phiên làm việc"}),
        FailureRule({"error_code": (7,)}, "try_later"),
    ),
)
ANYTHING = Format(records="content")
CALL = Request("POST", "/data", body={"service": "list"})
EXPIRED = reply({"error_code": -1, "message": "Phiên làm việc đã hết hạn"})
DATA = reply({"error_code": 0, "content": []})


def signed_in(
    wire: Wire, spec: AuthSpec = SESSION, rules: AnswerRules = RULES, every: Request | None = None
) -> SignedIn:
    connection = Connection(
        "portal_test", wire.address, "unit", "s3cret", {"client_id": "app", "client_secret": "hush"}
    )
    return SignedIn(HttpClient(connection, Limits(attempts=1)), spec, rules, every or Request("", ""))


def portal(*data: bytes) -> Answer:
    """Gives sessions S1, S2 … and then these answers in order."""
    numbers, answers = count(1), iter(data)

    def answer(request: Received) -> bytes:
        if "/login" in request.line:
            return reply({"error_code": 0, "session": f"S{next(numbers)}"})
        if "/token" in request.line:
            return reply({"access_token": f"T{next(numbers)}"})
        return next(answers)

    return answer


def doors(wire: Wire) -> list[str]:
    return [request.line.split(" ")[1] for request in wire.received]


def test_it_signs_in_once_for_many_calls() -> None:
    with answering(portal(DATA, DATA)) as wire:
        client = signed_in(wire)
        client.call(CALL, ANYTHING)
        client.call(CALL, ANYTHING)
    assert doors(wire) == ["/login", "/data", "/data"]
    assert wire.received[0].json == {"username": "unit", "password": "s3cret"}
    assert [request.json["session"] for request in wire.received[1:]] == ["S1", "S1"]


def test_a_forgotten_session_is_renewed_once_and_the_call_repeated() -> None:
    with answering(portal(EXPIRED, DATA)) as wire:
        signed_in(wire).call(CALL, ANYTHING)
    assert doors(wire) == ["/login", "/data", "/login", "/data"]
    assert wire.received[-1].json["session"] == "S2"


@pytest.mark.parametrize(
    "refusal",
    [EXPIRED, reply({}, "401 Unauthorized"), reply(b"<!DOCTYPE html><title>login</title>"), reply(b"\n <html>")],
    ids=["in the answer", "401", "a page", "a page after blanks"],
)
def test_refused_twice_it_gives_up(refusal: bytes) -> None:
    with answering(portal(refusal, refusal)) as wire, pytest.raises(SignInRefused) as caught:
        signed_in(wire).call(CALL, ANYTHING)
    assert doors(wire) == ["/login", "/data", "/login", "/data"]
    assert "refused right after signing in: " in str(caught.value)
    assert str(caught.value).endswith(" → check the credentials in connection portal_test")


@pytest.mark.parametrize(
    "refusal",
    [
        reply({"error_code": 1, "message": "Mật khẩu không đúng"}),
        reply({"error": "invalid_grant"}, "401 Unauthorized"),
        reply({"error": "invalid_client"}, "400 Bad Request"),
        reply({"error_code": 0}),
        reply(b"<html>"),
    ],
    ids=["in the answer", "401", "400", "no session", "a page"],
)
def test_a_refused_sign_in_is_not_tried_again(refusal: bytes) -> None:
    with answering(lambda _: refusal) as wire, pytest.raises(SignInRefused) as caught:
        signed_in(wire).call(CALL, ANYTHING)
    assert doors(wire) == ["/login"]
    assert str(caught.value).endswith(" → check login and password of connection portal_test")
    assert "s3cret" not in str(caught.value)


def test_an_old_session_is_renewed_unasked() -> None:
    with answering(portal(DATA, DATA)) as wire:
        client = signed_in(wire, AuthSpec("session_login", "/login", "session", carry_body="session", lasts=0))
        client.call(CALL, ANYTHING)
        client.call(CALL, ANYTHING)
    assert doors(wire) == ["/login", "/data", "/login", "/data"]


def test_a_token_goes_into_the_header() -> None:
    with answering(portal(reply({"content": []}))) as wire:
        signed_in(wire, BEARER, AnswerRules()).call(Request("GET", "/data"), ANYTHING)
    token, data = wire.received
    assert token.body == b"grant_type=password&client_id=app&username=unit&password=s3cret"
    assert data.headers["authorization"] == "Bearer T1"


def test_client_credentials_go_as_basic() -> None:
    with answering(portal(reply({"content": []}))) as wire:
        signed_in(wire, AuthSpec("oauth2_client_credentials", "/token"), AnswerRules()).call(
            Request("GET", "/data"), ANYTHING
        )
    assert wire.received[0].body == b"grant_type=client_credentials"
    assert wire.received[0].headers["authorization"] == "Basic YXBwOmh1c2g="


@pytest.mark.parametrize(
    ("client", "kind", "body"),
    [
        (
            "form",
            "application/x-www-form-urlencoded",
            b"grant_type=client_credentials&client_id=app&client_secret=hush",
        ),
        (
            "json",
            "application/json",
            b'{"client_id":"app","client_secret":"hush","grant_type":"client_credentials"}',
        ),
    ],
)
def test_client_credentials_go_as_the_portal_wants_them(client: str, kind: str, body: bytes) -> None:
    spec = AuthSpec("oauth2_client_credentials", "/token", client=client)
    with answering(portal(reply({"content": []}))) as wire:
        signed_in(wire, spec, AnswerRules()).call(Request("GET", "/data"), ANYTHING)
    token, data = wire.received
    assert (token.headers["content-type"].split(";")[0], token.body) == (kind, body)
    assert "authorization" not in token.headers
    assert data.headers["authorization"] == "Bearer T1"


def test_nothing_in_place_of_a_token_is_a_refusal() -> None:
    rules = AnswerRules(success={"error_code": (0,)}, failures=(FailureRule({"session": (None,)}, "nothing"),))
    with answering(lambda _: reply({"error_code": 0, "session": None})) as wire, pytest.raises(SignInRefused):
        signed_in(wire, rules=rules).call(CALL, ANYTHING)


def test_without_a_way_to_sign_in_nothing_is_carried() -> None:
    with answering(lambda _: DATA) as wire:
        signed_in(wire, AuthSpec("none")).call(CALL, ANYTHING)
    assert doors(wire) == ["/data"]
    assert "authorization" not in wire.received[0].headers
    assert wire.received[0].json == {"service": "list"}


def test_every_call_carries_what_every_call_carries() -> None:
    every = Request("", "", query={"dstcode": "X"}, headers={"dstcode": "X"}, body={"madonvi": "unit"})
    with answering(portal(DATA)) as wire:
        signed_in(wire, every=every).call(CALL, ANYTHING)
    login, data = wire.received
    assert login.line == "POST /login?dstcode=X HTTP/1.1"
    assert login.headers["dstcode"] == data.headers["dstcode"] == "X"
    assert data.json == {"service": "list", "madonvi": "unit", "session": "S1"}


def test_parallel_calls_renew_an_ended_session_together() -> None:
    def answer(request: Received) -> bytes:
        if "/login" in request.line:
            return reply({"error_code": 0, "session": f"S{next(numbers)}"})
        return EXPIRED if request.json["session"] == "S1" else DATA

    numbers: Iterator[int] = count(1)
    with answering(answer) as wire, ThreadPoolExecutor(4) as pool:
        client = signed_in(wire)
        client.sign_in()
        list(pool.map(lambda _: client.call(CALL, ANYTHING), range(8)))
    assert doors(wire).count("/login") == 2


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"error_code": 7, "message": "bận"}, RetriablePortalError),
        ({"error_code": 1, "message": "lỗi"}, FatalPortalError),
        ({"error_code": None}, FatalPortalError),
        ({}, FatalPortalError),
    ],
)
def test_an_answer_without_success_is_an_error(answer: dict[str, object], kind: type[Exception]) -> None:
    with answering(portal(reply(answer))) as wire, pytest.raises(kind) as caught:
        signed_in(wire).call(CALL, ANYTHING)
    assert type(caught.value) is kind
    assert "the portal answers error_code=" in str(caught.value)


@pytest.mark.parametrize("body", [b"[]", b"OK", b'{"error_code": 0', b'{"a": ' + b"[" * 100_000, b"\xff\xfe", b"null"])
def test_what_is_no_complete_object_is_broken(body: bytes) -> None:
    with answering(portal(reply(body))) as wire, pytest.raises(BrokenAnswer, match="not a complete JSON object"):
        signed_in(wire).call(CALL, ANYTHING)
