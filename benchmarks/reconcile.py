"""`python -m benchmarks.reconcile`: how long two snapshots take to compare, beside a bare full outer join in the same database.

Both sides are filled with dossiers that agree, but for a share that differs in every way a comparison tells apart. The floor is a
full outer join on code and hash over tables with nothing else in them, counted; ours is all that a reconciliation does with staged
snapshots: the join, the causes from outbox and ledger, and the differences written down. Rounds alternate; medians are compared.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from types import MappingProxyType

from sqlalchemy import Connection, Engine, insert, text

from gateway.config import Settings, load_settings
from gateway.demo.embedded_postgres import EmbeddedPostgres
from gateway.reconcile import causes, life
from gateway.reconcile.compare import WORK_MEMORY, compare
from gateway.reconcile.pairs import DossierPair, pair
from gateway.reconcile.period import Period
from gateway.reconcile.theirs import fingerprint
from gateway.store import migrate
from gateway.store.database import connect
from gateway.store.reconcile import reconciliation
from gateway.workshop import Workshop, open_workshop

PAIR, ALLOWED = "national/dossiers", 2.0
SETTINGS = MappingProxyType({"shared_buffers": "512MB", "max_wal_size": "4GB"})
"""Of the server, for both."""

Say = Callable[[str], None]


def main() -> int:
    """Measure and print; 0 when ours takes at most twice the floor."""
    options = _options()
    with _database(options.keep) as url:
        engine = connect(url)
        _say(f"filling {options.dossiers:,} and {options.dossiers:,} dossiers, one in {options.every:,} different")
        _fill(engine, options.dossiers, options.every)
        found = pair(_shop(engine), PAIR)
        assert isinstance(found, DossierPair)
        staged = causes.Staged(options.dossiers, options.dossiers)
        floors, ours = [], []
        for number in range(options.rounds):
            floors.append(_timed(lambda: _floor(engine)))
            ours.append(_timed(lambda: _ours(engine, found, staged)))
            _say(f"round {number + 1}: bare join {floors[-1]:.2f} s, comparison {ours[-1]:.2f} s")
        engine.dispose()
    ratio = median(ours) / median(floors)
    print(
        f"{options.dossiers:,} × {options.dossiers:,}, one in {options.every:,} different: bare join {median(floors):.2f} s,"
        f" comparison {median(ours):.2f} s: × {ratio:.2f} (at most {ALLOWED:g}); load {os.getloadavg()[0]:.1f}"
    )
    return 0 if ratio <= ALLOWED else 1


def _floor(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text(f"set local work_mem = '{WORK_MEMORY}'"))
        connection.execute(text(_FLOOR)).one()


def _ours(engine: Engine, found: DossierPair, staged: causes.Staged) -> None:
    """As a reconciliation does it, in one transaction that is taken back: the next round finds the same."""
    with engine.connect() as connection:
        number = _begun(connection)
        connection.execute(text(causes.UNJUDGED))
        compare(connection, PAIR)
        figures, _ = causes.classify(connection, found, Period(), staged, connection.scalar(text("select now()")))
        lives = life.settle(connection, number, PAIR, found.kind, Period())
        assert lives.opened == figures.only_ours + figures.only_theirs + figures.differing > 0
        connection.rollback()


def _begun(connection: Connection) -> int:
    row = {"pair": PAIR, "kind": "dossier", "is_whole": True}
    return int(connection.scalar(insert(reconciliation).values(row).returning(reconciliation.c.reconciliation_id)) or 0)


def _fill(engine: Engine, count: int, every: int) -> None:
    binds = {"pair": PAIR, "count": count, "every": every}
    with engine.begin() as connection:
        for statement in _FILL:
            connection.execute(text(statement), binds)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze"))
        connection.execute(text("checkpoint"))


def _shop(engine: Engine) -> Workshop:
    settings: Settings = load_settings(
        {
            "GATEWAY_DATABASE_URL": engine.url.render_as_string(hide_password=False),
            "GATEWAY_LANDING": "/nowhere",
            "GATEWAY_SECRET_KEY": "A" * 43 + "=",
        }
    )
    return open_workshop(settings)


@contextmanager
def _database(keep: Path | None) -> Iterator[str]:
    with (
        TemporaryDirectory() as place,
        EmbeddedPostgres((keep or Path(place)) / "data", settings=dict(SETTINGS), keep=bool(keep)) as server,
    ):
        server.create_database("bench")
        engine = connect(server.url("bench"))
        migrate.upgrade(engine)
        engine.dispose()
        yield server.url("bench")


def _timed(work: Callable[[], None]) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reconcile", description=__doc__)
    parser.add_argument("--dossiers", type=int, default=1_000_000, help="on each side (default %(default)s)")
    parser.add_argument("--every", type=int, default=1000, help="one in so many differs (default %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="medians are taken over them (default %(default)s)")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="a folder for the database instead of one that goes"
    )
    return parser.parse_args()


_FLOOR = """
    select count(*) filter (where o.code is null), count(*) filter (where t.code is null),
        count(*) filter (where o.hash <> t.hash), count(*)
    from bare_ours as o full outer join bare_theirs as t on t.code = o.code"""

_DOSSIER = """
    'H15.50.05-26' || lpad((n % 12 + 1)::text, 2, '0') || lpad((n % 28 + 1)::text, 2, '0') || '-' || lpad(n::text, 7, '0')"""

_VALUES = """
    (array['2', '4', '9', '10'])[n % 4 + 1] as status_code, '1.' || lpad((n % 2000)::text, 6, '0') as procedure_code,
    null::text as agency_code, 'Ủy ban nhân dân phường ' || n % 300 as agency_name,
    timestamptz '2026-01-01 08:00+07' + n % 300 * interval '1 day' as received_at, null::timestamptz as due_at,
    timestamptz '2026-01-11 08:00+07' + n % 300 * interval '1 day' as appointment_at, null::timestamptz as finished_at,
    null::timestamptz as deleted_at"""

_NAMES = "status_code, procedure_code, agency_code, agency_name, received_at, due_at, appointment_at, finished_at, deleted_at"

# Of those that differ: another state, another date, lost, only there, waiting in line, told twice, by turns.
_FILL = (
    f"""
    insert into core.dossier (dossier_id, dossier_code, issuer, valid_from, source_hash, content_hash, batch_id, status_code, status_at,
        received_at)
    overriding system value
    select n, {_DOSSIER}, 'province', '0001-01-01', sha256(n::text::bytea), '', 1, '4', now(), now()
    from generate_series(1, cast(:count as int)) as n""",
    f"""
    insert into ops.snapshot_ours (pair, dossier_id, dossier_code, copies, fingerprint, told_count, step_count, {_NAMES})
    select :pair, n, code, 1, {fingerprint()}, 1, 1, {_NAMES} from (
        select n, {_DOSSIER} as code, {_VALUES} from generate_series(1, cast(:count as int)) as n
        where not (n % :every = 0 and n / :every % 6 = 3)) as d order by hashint4(n)""",
    f"""
    insert into ops.snapshot_theirs (pair, dossier_code, copies, fingerprint, told_count, step_count, {_NAMES})
    select :pair, code, 1, {fingerprint()}, case when bent and way = 5 then 2 else 1 end, 1, {_NAMES} from (
        select n, code, bent, way, case when bent and way = 0 then '5' else status_code end as status_code, procedure_code, agency_code,
            agency_name, received_at, due_at,
            case when bent and way = 1 then appointment_at + interval '1 day' else appointment_at end as appointment_at, finished_at,
            deleted_at
        from (select n, {_DOSSIER} as code, n % :every = 0 as bent, n / :every % 6 as way, {_VALUES}
            from generate_series(1, cast(:count as int)) as n) as d
    ) as d where not (bent and way in (2, 4)) order by received_at, code""",
    """
    insert into ops.outbox (target, dossier_id, dossier_code, kind, status_code, status_at, payload, payload_hash, state, attempt_count,
        batch_id, made_at, settled_at)
    select :pair, dossier_id, dossier_code, kind, status_code, status_at, '{}', '',
        case when dossier_id % :every = 0 and dossier_id / :every % 6 = 4 then 'waiting' else 'accepted' end, 1, 1,
        now() - interval '2 days', now() - interval '1 day'
    from core.dossier cross join (values ('record'), ('event')) as each (kind)""",
    """
    insert into ops.attempt (outbox_id, request_id, operation, payload_hash, outcome, begun_at)
    select outbox_id, 'bench', case kind when 'record' then 'create' else 'event' end, '', 'accepted', now() - interval '1 day'
    from ops.outbox where state = 'accepted'""",
    """
    insert into ops.ledger (target, dossier_id, dossier_code, is_created, status_code, status_at, acknowledged_at)
    select target, dossier_id, dossier_code, true, status_code, status_at, now() - interval '1 day' from ops.outbox
    where kind = 'record' and state = 'accepted'""",
    "create table bare_ours as select dossier_code as code, fingerprint as hash from ops.snapshot_ours",
    "create table bare_theirs as select dossier_code as code, fingerprint as hash from ops.snapshot_theirs",
)

if __name__ == "__main__":
    sys.exit(main())
