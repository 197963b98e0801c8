"""The words of portal.yaml and stream files → the objects of `connectors`. The schema has already judged their form."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.answer import AnswerRules, FailureRule
from connectors.auth import AuthSpec
from connectors.formats import Format, Unwrap
from connectors.http.hours import Hours
from connectors.http.network import Network
from connectors.http.politeness import Limits, byte_count
from connectors.paging import Cursor, Link, Offset, Page, Paging, StartEnd, Whole
from connectors.request import Request
from connectors.tables.table import Table
from connectors.windows import AsOf, DateWindow
from gateway.documents import as_tuple

Said = Mapping[str, Any]


@dataclass(frozen=True)
class Incremental:
    """How an incremental run knows where to begin or stop.

    kind: `newest_first` (the portal has no "changed since" filter: read until the cursor), `changed_since` (it has: `send`
    it), `window` (date windows begin at the cursor). by: the record's member with its time of change, in `form`. overlap:
    seconds read again before the cursor, since records move while we read. first: where the first run begins.
    """

    kind: str
    by: str
    form: str
    overlap: float
    send: str = ""
    send_form: str = ""
    first: str = ""
    place: str = ""


@dataclass(frozen=True)
class Acknowledge:
    """How records of a queue are acknowledged: a call with the marks of all of them, joined, or as a list (join "")."""

    path: str
    send: str
    mark: str
    join: str = ""


@dataclass(frozen=True)
class Retire:
    """When a record that a complete list lacks is retired.

    after: so many complete lists in a row must lack it. limit: the largest share of the records in force that may be missing
    from a list without a person's word, 0 to 1.
    """

    after: int
    limit: float


def auth(said: Said) -> AuthSpec:
    """The `auth` table."""
    default, carry = AuthSpec(), said.get("carry", {})
    return AuthSpec(
        kind=said.get("kind", "none"),
        path=said.get("post", ""),
        token=said.get("token", default.token),
        client=said.get("client", default.client),
        carry_body=carry.get("body", ""),
        carry_header=carry.get("header", ""),
        also_send=said.get("also_send", ""),
        lasts=seconds(said["lasts"]) if "lasts" in said else default.lasts,
    )


def limits(said: Said) -> Limits:
    """The `limits` table. Raises ValueError for hours that are none."""
    readers: Mapping[str, Callable[[Any], Any]] = {
        "rate": lambda text: float(text.removesuffix("/s")),
        "connect": seconds,
        "read": seconds,
        "total": seconds,
        "hours": Hours.read,
        "max_bytes": byte_count,
    }
    return Limits(**{name: readers.get(name, int)(value) for name, value in said.items()})


def network(said: Said) -> Network:
    """The `network` table."""
    return Network(**said)


def answer(said: Said) -> AnswerRules:
    """The `answer` table."""
    failures = tuple(
        FailureRule(
            equals={key: as_tuple(value) for key, value in rule.get("when", {}).items()},
            contains=rule.get("contains", {}),
            means=rule["means"],
            status=tuple(rule.get("status", ())),
        )
        for rule in said.get("failure", ())
    )
    success = {key: as_tuple(value) for key, value in said.get("success", {}).items()}
    return AnswerRules(success=success, failures=failures, message=said.get("message", "message"))


def request(said: Said, packed: bool) -> Request:
    """A stream's `request`. packed: whether its answers are kept compressed while they arrive."""
    method = next(word for word in ("get", "post", "operation", "file") if word in said)
    is_call = method in {"get", "post"}
    return Request(
        method=method.upper() if is_call else "POST",
        path=said[method] if is_call else "",
        query=said.get("query", {}),
        headers=said.get("headers", {}),
        body=said.get("body"),
        form=said.get("form"),
        packed=packed,
        operation="" if is_call else said[method],
        wrap=said.get("wrap", {}).get("argument", ""),
        root=said.get("wrap", {}).get("root", ""),
        message_id=said.get("wrap", {}).get("id", ""),
    )


def form(said: Said) -> Format:
    """How a stream's answers are written."""
    unwrap = tuple(
        Unwrap(each["member"], each["as"], each.get("ignore_case", False)) for each in said.get("unwrap", ())
    )
    return Format(
        kind=said.get("format", "xml" if "operation" in said["request"] else "json"),
        records=said["records"],
        unwrap=unwrap,
        ignore_case=said.get("ignore_case", False),
        table=_table(said["table"]) if "table" in said else None,
    )


def paging(said: Said) -> Paging:
    """A stream's `paging`."""
    return _PAGINGS[said["kind"]](said)


def incremental(said: Said) -> Incremental:
    """A stream's `incremental`."""
    return Incremental(
        kind=said["kind"],
        by=said["by"],
        form=said["format"],
        overlap=seconds(said["overlap"]),
        send=said.get("send", ""),
        send_form=said.get("send_format", ""),
        first=said.get("first", ""),
        place=said.get("in", ""),
    )


def acknowledge(said: Said) -> Acknowledge:
    """The `acknowledge` of a queue."""
    return Acknowledge(said["post"], said["send"], said["from"], said.get("join", ""))


def retire(said: Said) -> Retire:
    """A stream's `retire`."""
    return Retire(said["after"], share(said["limit"]))


def share(text: str) -> float:
    """`2%`, `0.5%` → 0 to 1 (the schema has checked the form)."""
    return float(text.removesuffix("%")) / 100


def seconds(text: str) -> float:
    """`30s`, `10m`, `2h`, `1d` → seconds (the schema has checked the form)."""
    number, unit = re.fullmatch(r"(\d+(?:\.\d+)?)(s|m|h|d)", text).groups()  # type: ignore[union-attr]
    return float(number) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[unit]


def _renamed(kind: Callable[..., Paging], **names: str) -> Callable[[Said], Paging]:
    """A paging whose words in YAML are the names of its parts, but for those in `names`."""
    names = {"in": "place", **names}
    return lambda said: kind(**{names.get(word, word): value for word, value in said.items() if word != "kind"})


def _window(said: Said) -> Paging:
    return DateWindow(
        begin=said["from"],
        end=said["to"],
        days=said["days"],
        form=said["format"],
        first_day=said["first"],
        each=paging(said.get("each", {"kind": "whole"})),
        place=said.get("in", ""),
    )


_PAGINGS: Mapping[str, Callable[[Said], Paging]] = {
    "whole": _renamed(Whole),
    "page": _renamed(Page, first="first_page"),
    "offset": _renamed(Offset),
    "start_end": _renamed(StartEnd),
    "cursor": _renamed(Cursor, next="next_mark"),
    "link": _renamed(Link, next="next_link"),
    "date_window": _window,
    "as_of": _renamed(AsOf, format="form"),
    # What comes is one answer; that it comes again until it is acknowledged is the run's business.
    "acknowledged_queue": lambda _: Whole(),
}


def _table(said: Said) -> Table:
    lists = {name: tuple(said[name]) for name in ("columns", "fill_down") if name in said}
    return Table(**{**said, **lists})
