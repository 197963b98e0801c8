"""Planted bugs: the running gateway, patched at one seam so that it breaks its promise in a way programs of this kind are known to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

from sqlalchemy import text

from connectors import pages, paging
from connectors.errors import PortalError
from gateway import cursors, fetch, quarantine, runs, upsert
from gateway.delivery import courier, held, line, outbox, outcome, read_back
from gateway.errors import StoreError
from gateway.log import log
from gateway.mapping import fields
from gateway.mapping.reject import Unfit
from proof.fault_kinds import ALWAYS, ONCE, RECORD, SEARCH, STEP, Order

Patches = Callable[[], Sequence[AbstractContextManager[Any]]]


@dataclass(frozen=True)
class Bug:
    """name: what is wrong. shows: the kind of complaint it must draw. patches: the bug itself.

    act, orders: the occasion on which it bites, a fault that the gateway without the bug bears; `stays` says that it lasts
    through the quiet night. dies: the place at which the load of the faulty night dies, once. days: that pass after it.
    """

    name: str
    shows: str
    patches: Patches
    act: str = "province"
    orders: Sequence[Order] = ()
    stays: bool = False
    dies: str = ""
    days: int = 0


def _order(kind: str, match: str, times: int, **more: Any) -> Order:
    return {"kind": kind, "match": match, "times": times, **more}


@contextmanager
def dying(place: str) -> Iterator[None]:
    """Dossiers are written, and at this place of the transaction, once, the database goes away."""
    done: list[bool] = []
    right = getattr(upsert.Writer, place)

    def dies(self: Any, *arguments: Any) -> Any:
        if self._work.stream == "dossiers" and not done:
            done.append(True)
            raise StoreError("the database went away", do="run again")
        return right(self, *arguments)

    with patch.object(upsert.Writer, place, dies):
        yield


CHECKPOINT = (
    "update ops.batch set loaded_pages = :pages, loaded_records = :records where batch_id = :batch",
    "update ops.cursor set value = :newest where portal = :portal and stream = :stream and value < :newest",
)


def _checkpoint(writer: Any, chunk: Any) -> None:
    """How far the batch is loaded, and up to which change, in a transaction of its own."""
    work = writer._work
    binds = {**chunk.through._asdict(), "newest": chunk.newest, "batch": work.batch_id}
    with writer._connection.engine.begin() as another:
        for statement in CHECKPOINT:
            another.execute(text(statement), {**binds, "portal": work.portal, "stream": work.stream})


def _recorded_already() -> AbstractContextManager[Any]:
    right = runs.record

    def record(connection: Any, work: Any, counts: Any, _before: Any, now: Any) -> None:
        right(connection, work, counts, now, now)

    return patch.object(runs, "record", record)


def _checkpoint_first() -> Sequence[AbstractContextManager[Any]]:
    right = upsert.Writer.write

    def write(self: Any, chunk: Any) -> Any:
        _checkpoint(self, chunk)
        return right(self, chunk)

    return [patch.object(upsert.Writer, "write", write), _recorded_already()]


def _checkpoint_apart() -> Sequence[AbstractContextManager[Any]]:
    """Beside the data, while they are not committed yet."""
    quarantining = upsert.Writer._quarantine

    def with_checkpoint(self: Any, chunk: Any) -> None:
        quarantining(self, chunk)
        _checkpoint(self, chunk)

    return [patch.object(upsert.Writer, "_quarantine", with_checkpoint), _recorded_already()]


def _never_read_back() -> Sequence[AbstractContextManager[Any]]:
    return [patch.object(read_back, "held_there", lambda *_: None)]


def _quarantine_nothing() -> Sequence[AbstractContextManager[Any]]:
    return [patch.object(quarantine, "add", lambda *_: None)]


def _delete_what_is_absent() -> Sequence[AbstractContextManager[Any]]:
    right = upsert.Writer.finish
    gone = "delete from core.procedure_listing where issuer = 'national' and procedure_code <> all(:keys)"

    def finish(self: Any, vanished: Any, fingerprint: str, listed: Any) -> None:
        if self._work.stream == "procedure_list" and listed is not None:
            with self._connection.begin():
                self._connection.execute(text(gone), {"keys": list(listed.keys)})
        right(self, vanished, fingerprint, listed)

    return [patch.object(upsert.Writer, "finish", finish)]


def _null_for_unfit() -> Sequence[AbstractContextManager[Any]]:
    right = fields._taker

    def taker(convert: Any, required: bool) -> Any:
        def lenient(value: Any) -> Any:
            try:
                return convert(value)
            except Unfit:
                return None

        return right(lenient, required)

    return [patch.object(fields, "_taker", taker)]


def _our_own_clock() -> Sequence[AbstractContextManager[Any]]:
    """Our clock, which is half a year ahead of the portal's."""
    right = cursors.move

    def move(connection: Any, work: Any) -> None:
        right(connection, work)
        said = "update ops.cursor set value = '2027-06-01T00:00:00+00:00' where portal = :portal and stream = :stream"
        connection.execute(text(said), {"portal": work.portal, "stream": work.stream})

    return [patch.object(cursors, "move", move)]


def _short_is_fine() -> Sequence[AbstractContextManager[Any]]:
    return [patch.object(fetch._Landed, "is_doubtful", lambda *_, **__: False)]


def _swallow_failures() -> Sequence[AbstractContextManager[Any]]:
    right = pages.pages

    def lenient(*arguments: Any) -> Iterator[Any]:
        try:
            yield from right(*arguments)
        except PortalError:
            return

    return [patch.object(pages, "pages", lenient)]


def _log_what_is_sent() -> Sequence[AbstractContextManager[Any]]:
    right = courier._request

    def request(call: Any, payloads: Sequence[bytes]) -> Any:
        log.info("sending", payload=b" ".join(payloads).decode())
        return right(call, payloads)

    return [patch.object(courier, "_request", request)]


def _believe_anything() -> Sequence[AbstractContextManager[Any]]:
    right = outcome.of_error

    def of_error(error: PortalError) -> Any:
        found = right(error)
        return outcome.ACCEPTED if found is not None and found.word == "unknown" else found

    return [patch.object(courier, "of_error", of_error)]


def _go_on_by_place() -> Sequence[AbstractContextManager[Any]]:
    """Dossiers are asked for from where the list ended the last time, as if new ones came at its end."""
    right = paging.Page.first

    def first(self: Any, request: Any) -> Any:
        return self._call(request, self.first_page + 2) if request.path == SEARCH else right(self, request)

    return [patch.object(paging.Page, "first", first)]


def _newest_step_first() -> Sequence[AbstractContextManager[Any]]:
    right = "coalesce(o.place, o.outbox_id), o.outbox_id"
    wrong = "o.kind = 'event', case o.kind when 'event' then -o.outbox_id else coalesce(o.place, o.outbox_id) end"
    return [patch.object(line, name, getattr(line, name).replace(right, wrong)) for name in ("_HEADS", "_ROWS")]


def _finish_what_is_not() -> Sequence[AbstractContextManager[Any]]:
    """States that spoil the figures are told as finished."""
    right = outbox.draft

    def draft(payload: Any, kind: str, story: Any) -> Any:
        state = "9" if story["status_code"] in {"4", "5", "6", "8"} else story["status_code"]
        return right(payload, kind, {**story, "status_code": state})

    return [patch.object(outbox, "draft", draft), patch.object(held, "draft", draft)]


def _refuse_without_a_word() -> Sequence[AbstractContextManager[Any]]:
    right = outcome.next_of

    def next_of(*arguments: Any) -> Any:
        then = right(*arguments)
        return replace(then, reason=None) if then.state == "rejected" else then

    return [patch.object(outcome, "next_of", next_of)]


BAD_STATE = _order("rewrite", SEARCH, ALWAYS, records={"0": {"dossierStatus.id": 99}})
BAD_DATE = _order("rewrite", SEARCH, ALWAYS, records={"0": {"appliedDate": "2026-02-30T08:00:00.000+0700"}})

BUGS = (
    Bug("checkpoint before the data", "lost", _checkpoint_first, dies="_upsert"),
    Bug("checkpoint in another transaction", "lost", _checkpoint_apart, dies="_remember"),
    Bug("sent again without reading back", "twice", _never_read_back, "deliver", [_order("commit_then_reset", STEP, ONCE)]),
    Bug("a record with an unknown state is dropped", "lost", _quarantine_nothing, orders=[BAD_STATE], stays=True),
    Bug("what a list lacks is deleted", "lost", _delete_what_is_absent, "national"),
    Bug("NULL for what cannot be read", "wrong", _null_for_unfit, orders=[BAD_DATE], stays=True),
    Bug("our own clock as the cursor", "lost", _our_own_clock, days=12),
    Bug("a short page is ignored", "lost", _short_is_fine, orders=[_order("shifted_page", SEARCH, ONCE, after=1, count=3)]),
    Bug("HTTP 500 is swallowed", "lost", _swallow_failures, orders=[_order("status", SEARCH, ALWAYS, status=500)], stays=True),
    Bug("what is sent is logged", "leaked", _log_what_is_sent, "deliver"),
    Bug("an answer that proves nothing is believed", "lost", _believe_anything, "deliver", [_order("empty", RECORD, ONCE)]),
    Bug("a list is read on from where it ended", "lost", _go_on_by_place),
    Bug("the newest step is told first", "wrong", _newest_step_first, "deliver", days=12),
    Bug("states are rewritten to finished", "wrong", _finish_what_is_not, "deliver"),
    Bug("a refusal is kept without its reason", "silent", _refuse_without_a_word, "deliver", [_order("refuse_item", RECORD, ALWAYS, position=0)]),
)  # fmt: skip


@contextmanager
def planted(bug: Bug | None) -> Iterator[None]:
    """The gateway with a bug, or as it is."""
    with ExitStack() as stack:
        for each in bug.patches() if bug else ():
            stack.enter_context(each)
        yield
