"""The catalogue of faults: one line for each kind. What is done, where, and what a person must then be told.

Numbers as T5 or W3 are those of the rows of a catalogue of what portals do: T the transport, P the payload, G pages and sets,
D time, W pushes, K ourselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Order = Mapping[str, Any]

SEARCH, AGENCIES, PROCEDURES = "/pa/dossier/search", "/ba/agency", "/bd/procedure"
TOKEN = "/auth/realms/digo/protocol/openid-connect/token"  # noqa: S105 (an address)
RECORD, STEP, STATE, LOOK_UP = "DongBoHoSoMC", "CapNhatTienDoHoSoMC", "DongBoTrangThaiHoSo", "TraCuuHoSo"
ALWAYS, ONCE = 0, 1
ANY = "any"
"""Stands for a dossier that the dice choose among those the nation would be told of."""


@dataclass(frozen=True)
class Kind:
    """act: the part of the night that meets the fault (national, province: synchronising it; deliver: telling the nation).

    orders: what the portal is told; the first comes at a call that the seed's dice choose, not before number `earliest`.
    named: what must be told, a regular expression. mends: whether reconciliation has to find it. nights: days until the
    quiet night. doubles: pushes that the portal itself keeps twice.
    """

    name: str
    act: str
    named: str
    orders: Sequence[Order] = ()
    earliest: int = 0
    mends: bool = False
    nights: int = 0
    doubles: int = 0
    ours: str = ""
    """A fault that no portal is told of: the name of what is done (see proof/faulty.py)."""


def _order(kind: str, match: str, times: int, **more: Any) -> Order:
    return {"kind": kind, "match": match, "times": times, **more}


def _province(
    name: str, named: str, kind: str, times: int = ALWAYS, match: str = SEARCH, earliest: int = 0, **more: Any
) -> Kind:
    return Kind(name, "province", named, [_order(kind, match, times, **more)], earliest)


def _national(name: str, named: str, kind: str, match: str, times: int = ALWAYS, **more: Any) -> Kind:
    return Kind(name, "national", named, [_order(kind, match, times, **more)])


def _push(name: str, named: str, kind: str, match: str, times: int = ONCE, **more: Any) -> Kind:
    return Kind(name, "deliver", named, [_order(kind, match, times, **more)])


def _lost(name: str, kind: str, match: str, nights: int = 0) -> Kind:
    order = _order(kind, match, ALWAYS, item=ANY)
    return Kind(name, "deliver", "sent and not there|different|absent", [order], mends=True, nights=nights)


def _bad(name: str, named: str, **changes: Any) -> Kind:
    return _province(name, named, "rewrite", ONCE, records={"0": changes})


FETCHED = (
    _province("T1 HTTP 500 once", "asked again.*HTTP 500", "status", ONCE, status=500),
    _province("T1 HTTP 503 once, come back at once", "asked again.*HTTP 503", "status", ONCE, status=503, retry_after=0),
    _province("T2 HTTP 502 for ever", "dossiers.*HTTP 502", "status", status=502),
    _province("T3 HTTP 429, come back tomorrow", "asks us to wait 86400 s", "status", status=429, retry_after=86400),
    _province("T3 HTTP 503, come back when it suits", "HTTP 503: the portal asks us to wait", "status", retry_after_text="soon"),
    Kind("T4 nobody listens at the province", "province", "the connection failed", ours="nobody listens"),
    _province("T5 silence once", "asked again.*no complete answer within", "hang", ONCE),
    _province("T5 silence for ever", "dossiers.*no complete answer within", "hang"),
    _province("T6 headers in drops", "no complete answer within", "drip_headers", seconds=0.3),
    _province("T6 body in drops", "no complete answer within", "drip_body", seconds=0.3),
    _province("T7 reset in the body, once", "asked again.*the connection failed", "reset", ONCE),
    _province("T7 reset in the body, for ever", "dossiers.*the connection failed", "reset"),
    _province("T7 cut in a chunk", "the answer was cut", "cut_chunk"),
    _province("T7 half of what was promised", "the answer was cut", "truncated"),
    _province("T8 no length, half of it", "length", "no_length", cut=True),
    _province("T9 cut in the headers", "length unknown", "cut_headers"),
    _province("T9 200 and nothing", "empty body", "empty"),
    _province("T10 gzip cut, length right", "compressed body", "gzip_truncated"),
    _province("T11 gzip unasked", "compressed body", "unasked_gzip"),
    _province("T12 gzip bomb", "compressed body", "gzip_bomb", bytes=20_000_000),
    _province("T12 far too much", "more than", "huge", bytes=9_000_000),
    _province("T13 sent elsewhere", "redirects are never followed", "redirect", location="http://127.0.0.1:9/"),
    _province("T13 sent to a file", "redirects are never followed", "redirect", location="file:///etc/passwd", status=307),
    _province("T14 length too short", "not a complete JSON object", "wrong_length", length="short"),
    _province("T14 length too long", "length", "wrong_length", length="long"),
    _province("T14 two lengths", "two Content-Lengths", "wrong_length", length="two"),
    _province("P1 login page for ever", "probably the login page", "html_login"),
    _province("P1 the door is shut", "signing in failed", "status", match=TOKEN, status=401),
    _province("P3 half a JSON, length right", "not a complete JSON object", "body", body='{"content":[{"id":"6'),
    _province("P3 another object", "has no member 'content'", "body", body='{"title":"Lỗi hệ thống","status":500}'),
    _province("P5 NaN", "not a complete JSON object", "nan"),
    _province("P5 nested a hundred thousand deep", "not a complete JSON object", "nested"),
    _province("P7 windows-1258 that calls itself UTF-8", "not readable|UTF-8|encoding|garbled", "wrong_charset"),
    _province("P10 NUL in a code", "NUL", "nul", ONCE, field="code"),
    _province("P11 a required member is gone", "required, but absent", "rewrite", ONCE, remove={"0": ["updatedDate"]}),
    _bad("P11 a member became a list", "expected text, found a list", nationCode=["G22"]),
    _bad("P11 a member appeared", "thuMoi appeared", thuMoi="x"),
    _bad("P12 a state nobody knows", "crosswalk province_status does not know", **{"dossierStatus.id": 99}),
    _bad("P13 30 February", "not a date", dueDate="2026-02-30T08:00:00.000+0700"),
    _bad("P14 a code of nine thousand characters", "more than 600 characters", code="H15-" + "9" * 9000),
    _province("P16 DOCTYPE in place of JSON", "HTML or XML page", "doctype"),
    _province("G1 the page before again", "the very bytes of the page before", "duplicate_page", match=AGENCIES, earliest=1),
    _province("G2 rows slip from a page", "moved while it was read", "shifted_page", ONCE, match=AGENCIES, count=2),
    _province("G2 dossiers slip from a page", "moved while it was read|declares", "shifted_page", ONCE, earliest=1, count=2),
    _province("G7 hardly anything left", "it is held back", "shrunk", match=AGENCIES, count=3),
    _province("G7 nothing left", "it is held back", "shrunk", match=AGENCIES),
    _national("T2 a detail fails", "maTTHC=.*HTTP 500", "status", "LayThuTuc", status=500),
    _national("T7 a detail is cut, once", "asked again.*cut", "truncated", "LayThuTuc", ONCE),
    _national("P1 login page in place of a detail", "probably the login page", "html_login", "LayThuTuc"),
    _national("P11 a code is gone from the list", "required, but absent", "rewrite", "LayDanhSachTTHC", ONCE, remove={"0": ["MATTHC"]}),
    _national("W6 200 and a failure inside", "error_code='?77", "error_code", "LayDanhMucLinhVuc", code=77),
    _national("G7 the list of procedures shrinks", "absent|it is held back|fewer", "shrunk", "LayDanhSachTTHC", ONCE, count=5),
)  # fmt: skip

PUSHED = (
    Kind("T4 nobody listens at the nation", "deliver", "the connection failed", ours="nobody listens"),
    _push("T1 a push meets HTTP 500", "HTTP 500", "status", STEP, status=500),
    _push("T3 a push is asked to wait", "HTTP 429", "status", RECORD, status=429, retry_after=86400),
    _push("W1 one of many is refused", "Dữ liệu hồ sơ không hợp lệ", "refuse_item", RECORD, ALWAYS, position=0),
    _push("W1 one step of many is refused", "Dữ liệu hồ sơ không hợp lệ", "refuse_item", STEP, ALWAYS, position=0),
    _push("W7 everything is refused", "Dữ liệu hồ sơ không hợp lệ", "refuse_item", RECORD, ALWAYS),
    _push("W7 the portal is being mended", "bảo trì", "read_only", RECORD, ALWAYS),
    _push("W3 dossiers kept, connection reset", "unknown: .*failed|unknown", "commit_then_reset", RECORD),
    _push("W3 steps kept, connection reset", "event unknown", "commit_then_reset", STEP),
    _push("W3 a state kept, connection reset", "event unknown", "commit_then_reset", STATE),
    _push("W3 steps kept, then silence", "event unknown", "commit_then_hang", STEP),
    _push("W3 dossiers kept, HTTP 502", "create unknown: HTTP 502|create later: HTTP 502|HTTP 502", "status", RECORD, status=502, done=True),
    _push("W3 steps kept, half an answer", "event unknown", "truncated", STEP),
    _push("W3 steps kept, an empty answer", "event unknown", "empty", STEP, done=True),
    _push("W3 dossiers kept, a login page", "create unknown|update unknown", "html_login", RECORD, done=True),
    _push("W3 steps kept, cut in the headers", "event unknown", "cut_headers", STEP),
    _push("W5 steps not kept, silence", "event unknown", "hang", STEP),
    _push("W5 dossiers not kept, an empty answer", "create unknown|update unknown", "empty", RECORD),
    _push("W5 steps not kept, a login page", "event unknown", "html_login", STEP),
    _push("W6 a code of which nobody heard", "error_code='?77", "error_code", STEP, code=77),
    Kind("W3 a reset, and no word about it either", "deliver", "read_back .*HTTP 500", [_order("commit_then_reset", STEP, ONCE), _order("status", LOOK_UP, 2, status=500)]),
    Kind("W2 a reset, and word of another dossier", "deliver", "another dossier|read_back", [_order("commit_then_reset", STEP, ONCE), _order("duplicate_page", LOOK_UP, ALWAYS)]),
    Kind("W9 dossiers taken, and shown late", "deliver", "", [_order("answer_late", RECORD, ONCE, calls=12)], mends=True),
    _lost("W4 a dossier taken and lost", "lose", RECORD),
    _lost("W4 a dossier of many dropped", "drop_item", RECORD),
    _lost("W4 a step taken and lost", "lose", STEP),
    _lost("W4 a step of many dropped", "drop_item", STEP),
    _lost("W4 a dossier lost a day later", "lose_later", RECORD, nights=1),
    Kind("W4 a dossier kept twice", "deliver", "duplicate", [_order("commit_twice", RECORD, ALWAYS, item=ANY)], mends=True, doubles=1),
    Kind("W4 a step kept twice", "deliver", "duplicate", [_order("commit_twice", STEP, ALWAYS, item=ANY)], mends=True, doubles=1),
    Kind("K the stop file lies there", "deliver", "all delivery is stopped by a file", ours="stop file"),
    Kind("K the landing store is full", "province", "the landing store cannot be written", ours="no landing"),
)  # fmt: skip

KINDS = (*FETCHED, *PUSHED)
