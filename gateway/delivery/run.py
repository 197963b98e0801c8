"""What a delivery does, in which order: under the target's lock, brakes first, then each dossier's line to its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection as Database
from sqlalchemy import Engine, func, insert, select, update

from connectors.connection import Connection
from connectors.errors import ExplainedError, PortalError
from connectors.files.pages import Folder
from connectors.pages import Caller
from gateway import who
from gateway.delivery import brakes, held, line
from gateway.delivery.courier import Courier
from gateway.delivery.journal import Journal
from gateway.delivery.read_back import Reader
from gateway.delivery.spec import Delivery
from gateway.errors import ConfigError, NeedsPerson
from gateway.log import log
from gateway.portals import PortalSpec
from gateway.sign_on import sign_on
from gateway.store.delivery import OPEN, delivery_run, outbox
from gateway.store.lock import Held, alone
from gateway.workshop import Workshop


@dataclass(frozen=True)
class Report:
    """What one visit to a target did. waiting: rows still in line, by state. error: why it ended early, if it did."""

    target: str
    accepted: int
    rejected: int
    unknown: int
    waiting: dict[str, int]
    error: ExplainedError | None = None

    def verdict(self) -> ExplainedError | None:
        """The error the visit ends with: what stopped it, else what waits for a person, else none."""
        if self.error is not None:
            return self.error
        stuck = {
            state: self.waiting[state] for state in ("held", "rejected", "unknown", "dead") if self.waiting.get(state)
        }
        if not stuck:
            return None
        return NeedsPerson(
            ", ".join(f"{count} {state}" for state, count in stuck.items()),
            where=self.target,
            do=f"see: gateway deliver list {self.target}",
        )


def deliver(shop: Workshop, target: Delivery, connection: Connection | None = None) -> Report:
    """Send what waits for a target, until nothing more can go now. A portal's failure is in the report, not raised.

    Raises LockedError when another delivery works on it, Stopped and NeedsPerson when the brakes are on.
    """
    lock, do = f"delivery:{target.target}", "wait until it is over"
    with alone(shop.engine, lock, where=target.target, busy="delivery is under way", do=do) as mine:
        brakes.check(shop.engine, target, shop.settings.stop_file)
        run_id = _open(shop.engine, target)
        error = None
        try:
            _visit(shop, target, mine, connection)
        except (PortalError, brakes.Stopped, ConfigError) as caught:
            error = caught.located(target.target)
            log.error("delivery ended early", target=target.target, error=str(caught))
        return _close(shop.engine, target, run_id, error)


def _visit(shop: Workshop, target: Delivery, mine: Held, connection: Connection | None) -> None:
    journal = Journal(shop.engine, target)
    if left := journal.recover():
        log.warning("a delivery was interrupted; its calls are read back", target=target.target, rows=left)
    held.reconsider(shop, target)
    sender = _caller(target, replace(target.portal, answer=target.rules), connection)
    # Questions follow the portal's ordinary rules.
    asker = _caller(target, target.portal, connection)
    vault = shop.landing.vault

    def may_go_on() -> None:
        mine.check()
        brakes.check_stop(shop.engine, target, shop.settings.stop_file)

    courier = Courier(target, sender, journal, vault, may_go_on)
    visit = _Visit(shop, target, mine, courier, Reader(target, asker, journal, vault))
    after = -1
    while dossiers := line.dossiers_after(shop.engine, target, after):
        visit.work(dossiers)
        after = dossiers[-1]


def _caller(target: Delivery, portal: PortalSpec, connection: Connection | None) -> Caller:
    caller = sign_on(portal, connection)
    if isinstance(caller, Folder):
        raise ConfigError(
            "a folder of files takes no deliveries", where=target.document.where(), do="take the file out"
        )
    return caller


@dataclass(frozen=True)
class _Visit:
    shop: Workshop
    target: Delivery
    mine: Held
    courier: Courier
    reader: Reader

    def work(self, dossiers: Sequence[int]) -> None:
        """These dossiers' lines, row after row, until none of them can go on."""
        while rows := line.heads(self.shop.engine, self.target, dossiers):
            self.mine.check()
            unknown = [row for row in rows if row.state == "unknown"]
            for row in unknown:
                self.reader.settle(row)
            self.courier.send([row for row in rows if row.state == "waiting"])
            self.shop.progress(self.target.target, "deliver", len(rows) - len(unknown))


def _open(engine: Engine, target: Delivery) -> int:
    with engine.begin() as connection:
        stale = (delivery_run.c.target == target.target) & delivery_run.c.ended_at.is_(None)
        ended = {"ended_at": func.now(), "error": "interrupted"}
        connection.execute(update(delivery_run).where(stale).values(ended))
        row = {"target": target.target, "holder": who.process()}
        return int(connection.scalar(insert(delivery_run).values(row).returning(delivery_run.c.delivery_run_id)) or 0)


def _close(engine: Engine, target: Delivery, run_id: int, error: ExplainedError | None) -> Report:
    """Counts come from the rows themselves, not from what this process believes it did."""
    with engine.begin() as connection:
        begun = select(delivery_run.c.begun_at).where(delivery_run.c.delivery_run_id == run_id).scalar_subquery()
        done = _by_state(connection, target, outbox.c.settled_at >= begun)
        waiting = _by_state(connection, target, outbox.c.state.in_(OPEN))
        counts = {
            "accepted_count": done.get("accepted", 0),
            "rejected_count": done.get("rejected", 0) + done.get("dead", 0),
            "unknown_count": waiting.get("unknown", 0),
        }
        ended = {**counts, "ended_at": func.now(), "error": str(error) if error else None}
        connection.execute(update(delivery_run).where(delivery_run.c.delivery_run_id == run_id).values(ended))
    return Report(
        target.target, counts["accepted_count"], counts["rejected_count"], counts["unknown_count"], waiting, error
    )


def _by_state(connection: Database, target: Delivery, which: Any) -> dict[str, int]:
    counted = select(outbox.c.state, func.count().label("rows")).where(outbox.c.target == target.target, which)
    return {row.state: row.rows for row in connection.execute(counted.group_by(outbox.c.state))}
