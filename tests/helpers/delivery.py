"""A house beside a portal that takes pushes: deliver, and what the portal then really holds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from gateway.delivery import brakes, run, spec
from gateway.delivery.run import Report
from sandbox.testing import Running, running_sandbox
from tests.helpers.house import House, order_fault, pass_days
from tests.helpers.prepared import Prepared

DOSSIERS = "national/dossiers"
STATUSES = "national/statuses"
REQUESTS = "justice/judicial_requests"

RIGHT_STATES = """
    select d.dossier_code, e.status_code, to_char(e.status_at at time zone 'Asia/Ho_Chi_Minh', 'YYYYMMDDHH24MISS')
    from core.dossier d join core.dossier_event e using (dossier_id)
    where d.issuer = 'province' and d.dossier_code_national is null and d.dossier_code = any(:codes)
    order by d.dossier_code, e.status_at, e.status_code"""


@dataclass
class Office:
    """A house and the portals it speaks to; `portal` is the one that is told."""

    house: House
    sandbox: Running
    portal: str = "national"

    @property
    def address(self) -> str:
        """Where the portal that is told is found."""
        return self.sandbox.addresses[self.portal]

    def night(self, *portals: str) -> None:
        """Synchronise; nothing may go wrong."""
        self.house.night(*portals)

    def days(self, count: int = 1, *portals: str) -> None:
        """Let days pass at the portals, and take in what they then show."""
        pass_days(self.address, count)
        self.night(*portals)

    def open(self, *targets: str) -> None:
        """Let targets' rows go."""
        with self.house.engine() as engine:
            for target in targets or (DOSSIERS,):
                brakes.decide(engine, target, "open", "Trần Thị Thử", "")

    def deliver(self, target: str = DOSSIERS) -> Report:
        """One delivery, in this process."""
        with self.house.shop() as shop, patch.dict(os.environ, self.house.connections):
            return run.deliver(shop, spec.delivery(shop, target))

    def fault(self, kind: str, match: str, portal: str = "", **order: Any) -> None:
        """Tell a portal to misbehave; the one that is told, unless another is named."""
        order_fault(self.sandbox.addresses[portal or self.portal], kind=kind, match=match, **order)

    def mended(self) -> None:
        """The portal behaves again."""
        self.sandbox.http.delete(f"{self.address}/_sandbox/faults", timeout=30)

    def wait_for_a_call(self) -> None:
        """Until a delivery has written down its first attempt, which it does right before the call leaves."""
        self.house.execute(
            "do $$ begin while not exists (select from ops.attempt) loop perform pg_sleep(0.01); end loop; end $$"
        )

    def pushed(self, code: str = "", portal: str = "") -> Any:
        """What a portal itself says it took and holds."""
        address = self.sandbox.addresses[portal or self.portal]
        return self.sandbox.http.get(f"{address}/_sandbox/pushed{f'/{code}' if code else ''}", timeout=30).json()

    def held_states(self) -> list[tuple[str, str, str]]:
        """(code, state, time) of every step the portal holds, in the order of codes and times."""
        steps = []
        for code, told in self.pushed()["dossiers"].items():
            taken = [each for each in told["pushes"] if each["kept"] and each["service"] == "CapNhatTienDoHoSoMC"]
            steps += [(code, each["state"], each["time"]) for each in taken]
        return sorted(steps, key=lambda step: (step[0], step[2], step[1]))

    def right_states(self) -> list[tuple[Any, ...]]:
        """What it must hold: every event of every dossier that it has."""
        return self.house.rows(RIGHT_STATES, codes=list(self.pushed()["dossiers"]))

    def rows(self, *columns: str, **where: Any) -> list[tuple[Any, ...]]:
        """Columns of the outbox, in its order."""
        condition = " and ".join(f"{name} = :{name}" for name in where) or "true"
        return self.house.rows(
            f"select {', '.join(columns)} from ops.outbox where {condition} order by outbox_id", **where
        )

    def states(self, target: str = DOSSIERS) -> dict[str, int]:
        """How many rows are in which state."""
        found = self.house.rows("select state, count(*) from ops.outbox where target = :t group by 1", t=target)
        return dict(found)  # type: ignore[arg-type]


SIXTY = ("--procedures", "60", "--dossiers", "60", "--only", "national", "--only", "province")


def a_night(house: House) -> None:
    """Sixty dossiers of the province, and what the national portal has, taken in."""
    with running_sandbox(*SIXTY) as sandbox:
        house.connect_to(sandbox)
        house.night()


@contextmanager
def national_office(prepared: Prepared, *targets: str) -> Iterator[Office]:
    """Sixty dossiers of the province, taken in, and a national portal that may be told of them by these targets."""
    house = prepared.house(a_night)
    with running_sandbox(*SIXTY) as sandbox:  # of the same seed: what it shows is what the house has taken in
        house.connect_to(sandbox)
        office = Office(house, sandbox)
        for target in targets:
            office.open(target)
        yield office


@contextmanager
def quick_retries(house: House) -> Iterator[None]:
    """Mappings of the house's own, whose deliveries are tried again at once, three times."""
    folder = house.own_mappings() / "national" / "deliveries"
    for path in folder.glob("*.yaml"):
        path.write_text(path.read_text("utf-8") + "retry: [0s, 0s, 0s]\n", "utf-8")
    yield
