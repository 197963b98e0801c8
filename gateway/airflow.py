"""The only module that knows Airflow: what DAG files need to wire portals, tasks, assets and retries.

Imports of the pipeline happen inside the tasks, so that a DAG file is parsed without a database driver in sight.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import yaml
from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import (
    Asset,
    AssetAlias,
    BaseHook,
    CronTriggerTimetable,
    ExceptionRetryPolicy,
    RetryAction,
    RetryRule,
    get_current_context,
    task,
)
from airflow.sdk.exceptions import AirflowSkipException

from connectors.errors import FatalPortalError
from gateway.config import mapping_folders

RETRIES = 3

RETRY_POLICY = ExceptionRetryPolicy(
    rules=[
        RetryRule(exception="connectors.errors.FatalPortalError", action=RetryAction.FAIL),
        RetryRule(exception="gateway.errors.ConfigError", action=RetryAction.FAIL),
        RetryRule(exception="gateway.errors.LockedError", action=RetryAction.RETRY, retry_delay=timedelta(minutes=1)),
        RetryRule(
            exception="connectors.errors.RetriablePortalError",
            action=RetryAction.RETRY,
            retry_delay=timedelta(minutes=5),
        ),
        RetryRule(exception="gateway.errors.StoreError", action=RetryAction.RETRY, retry_delay=timedelta(minutes=1)),
    ]
)
"""Our error taxonomy as Airflow's retries: a wrong password fails at once, a busy portal is asked again later."""


RETIREMENTS = Asset(name="retirements_due", uri="x-gateway://retirements_due")
"""Renewed only when records left a list, more than its limit, so that a person must say whether they are retired."""

DIFFERENCES = Asset(name="differences", uri="x-gateway://ops/differences")
"""What both sides were found to differ in, which a comparison renews."""

NEWS = AssetAlias("gateway_news")
"""What a task may renew besides its own outlets, when there is something to tell."""

APPROVE, REJECT, LATER = "Bãi bỏ · retire", "Giữ · keep", "Để sau · ask again"

ANSWER_WITHIN = timedelta(hours=20)
"""No answer is `LATER`, before the next night asks again."""


def portal_cards() -> list[dict[str, Any]]:
    """portal.yaml of every portal, read plainly: enough to draw DAGs; the tasks check the files in full."""
    files = [path for folder in mapping_folders() for path in sorted(folder.glob("*/portal.yaml"))]
    return [yaml.safe_load(path.read_text("utf-8")) for path in files]


def source_asset(portal: str) -> Asset:
    """The portal itself, of which a sync reads; nothing of ours renews it."""
    return Asset(name=f"portal_{portal}", uri=f"x-gateway://portal/{portal}")


def landing_asset(portal: str) -> Asset:
    """The bytes that a portal gave, as they were received."""
    return Asset(name=f"landing_{portal}", uri=f"x-gateway://landing/{portal}")


def set_asset(dataset: str) -> Asset:
    """A shared set; renewed only by a new version."""
    return Asset(name=f"set_{dataset}", uri=f"x-gateway://set/{dataset}")


def portal_asset(portal: str) -> Asset:
    """What a sync of this portal renews: its part of the core tables."""
    return Asset(name=f"core_{portal}", uri=f"x-gateway://core/{portal}")


def at_night(cron: str) -> CronTriggerTimetable:
    """A schedule in Vietnamese time, whatever time zone Airflow itself is set to.

    It never starts a run just because a DAG is new: Airflow's own `run_immediately=False` still does, for a tenth of the
    time between two runs after the hour has passed.
    """
    return CronTriggerTimetable(cron, timezone="Asia/Ho_Chi_Minh", run_immediately=timedelta(0))


@task(retries=RETRIES, retry_policy=RETRY_POLICY)
def fetch(portal: str) -> int:
    """Fetch and land all streams of a portal; returns the run's number. The DAG's parameter `full` reads everything."""
    from gateway import run
    from gateway.workshop import open_workshop

    shop = open_workshop()
    connection = _connection(shop.portal(portal).connection)
    context = get_current_context()
    report = run.fetch(
        shop, portal, full=bool(context["params"]["full"]), trigger=str(context["run_id"]), connection=connection
    )
    if report.errors:
        raise max(report.errors, key=lambda error: error.exit_code)
    return report.run_id


# It runs also when fetch failed: what other streams landed is taken in, and the run is closed as failed.
@task(retries=RETRIES, retry_policy=RETRY_POLICY, trigger_rule="all_done")
def load(portal: str, outlet_events: Any = None) -> dict[str, int]:
    """decode, map and upsert what was landed; tells the asset's readers which run it was and how much it brought."""
    from gateway import run
    from gateway.workshop import open_workshop

    context = get_current_context()
    shop = open_workshop()
    connection = _connection(shop.portal(portal).connection)
    report = run.load(shop, portal, trigger=str(context["run_id"]), connection=connection)
    if report.errors:
        raise max(report.errors, key=lambda error: error.exit_code)
    if context["ti"].xcom_pull(task_ids="fetch") is None:
        raise FatalPortalError("fetch failed in this run", where=portal, do="see the log of the task fetch")
    if report.due:
        outlet_events[NEWS].add(RETIREMENTS, extra={"portal": portal})
    counts = {"run_id": report.run_id, "read": report.counts.read, **vars(report.counts)}
    outlet_events[portal_asset(portal)].extra = counts
    return counts


@task(retries=RETRIES, retry_policy=RETRY_POLICY)
def publish(outlet_events: Any = None) -> dict[str, str]:
    """Write every shared set and renew the assets of those that have a new version; returns the version each now has."""
    from gateway.config import load_settings
    from gateway.linked.write import refresh
    from gateway.log import log
    from gateway.publish.all_sets import made_since, publish_all
    from gateway.publish.contract import load_contracts
    from gateway.workshop import open_database

    settings = load_settings()
    engine = open_database(settings)
    contracts = load_contracts(settings.schemas)
    done, wrong = publish_all(engine, contracts, settings)
    begun = get_current_context()["dag_run"].start_date
    assert begun is not None  # this task is part of it
    # A try that fails renews nothing: what an earlier try of this run has published is told by the one that ends well.
    for each in made_since(begun, done):
        outlet_events[NEWS].add(set_asset(each.dataset), extra={"version": each.version, "rows": each.rows})
    for error in wrong:
        log.error("not published", error=str(error))
    refresh(settings.public_url, contracts, settings.datasets)
    if wrong:
        raise max(wrong, key=lambda error: error.exit_code)
    return {each.dataset: each.version or f"waits for {', '.join(each.waits_for)}" for each in done}


@task(retries=RETRIES, retry_policy=RETRY_POLICY)
def retirements_due() -> list[dict[str, Any]]:
    """What waits for a person at the portals whose sync started this run; at all portals when a person did."""
    from gateway.retirement import due
    from gateway.workshop import open_database

    events = get_current_context()["triggering_asset_events"].values()
    told = {event.extra["portal"] for each in events for event in each}
    return [found for portal, found in due(open_database()).items() if portal in told or not told]


def ask_person(due: Any) -> Any:
    """One question for each portal, under Required Actions of the console; counts only, since the codes are in our database."""
    return HITLOperator.partial(
        task_id="ask_person",
        options=[APPROVE, REJECT, LATER],
        defaults=LATER,
        response_timeout=ANSWER_WITHIN,
        retries=RETRIES,
        retry_policy=RETRY_POLICY,
    ).expand_kwargs(due.map(_question))


def _question(found: dict[str, Any]) -> dict[str, str]:
    portal, count = found["portal"], found["count"]
    return {
        "subject": f"{portal}: {count} records left their list. Are they retired (bãi bỏ)?",
        "body": f"More than the list's limit. Which ones: `gateway retire list {portal}`; single ones are decided with "
        f"`gateway retire approve {portal} CODE` and `gateway retire reject {portal} CODE`.",
    }


@task(retries=RETRIES, retry_policy=RETRY_POLICY)
def heed(asked: Any, outlet_events: Any = None) -> int:
    """What the person said of one portal becomes so; returns how many records it was. asked: (what was due, the answer)."""
    from gateway.retirement import decide
    from gateway.workshop import open_database

    due, answer = asked
    word: Any = {APPROVE: "retired", REJECT: "kept"}.get(answer["chosen_options"][0])
    if word is None:
        return 0
    person = (answer["responded_by_user"] or {}).get("name") or "Airflow"
    done = decide(open_database(), due["portal"], word, person, through=due["through"])
    outlet_events[NEWS].add(portal_asset(due["portal"]))
    return len(done)


@task(retries=RETRIES, retry_policy=RETRY_POLICY)
def targets_with_news() -> list[str]:
    """Open targets with rows that may go now; none of them is the usual case, and then nothing further runs."""
    from gateway.delivery.brakes import open_with_news
    from gateway.workshop import open_workshop

    found = open_with_news(open_workshop())
    if not found:
        raise AirflowSkipException("nothing waits for an open target")
    return found


# Its waits are hours long and its own: a delivery that ends early is gone on with at the next run, in five minutes.
@task(retries=0)
def deliver(target: str) -> dict[str, int]:
    """Send what waits for a target. What waits for a person, or is stopped, is told by the task's failure."""
    from gateway.delivery import run, spec
    from gateway.workshop import open_workshop

    shop = open_workshop()
    found = spec.delivery(shop, target)
    report = run.deliver(shop, found, _connection(found.portal.connection))
    if report.error is not None:
        raise report.error
    return {"accepted": report.accepted, "rejected": report.rejected, "unknown": report.unknown, **report.waiting}


@task(retries=RETRIES, retry_policy=RETRY_POLICY)
def reconciled_pairs() -> list[str]:
    """The pairs that the mappings compare."""
    from gateway.reconcile.pairs import pairs
    from gateway.workshop import open_workshop

    return [each.name for each in pairs(open_workshop())]


# One after another: a portal is asked under its lock, and several pairs may be of one portal.
@task(retries=RETRIES, retry_policy=RETRY_POLICY, max_active_tis_per_dagrun=1)
def reconcile(pair: str) -> dict[str, int]:
    """Compare a pair; with the DAG's parameter `repair` also put into the outbox again what is safe, for the next delivery.

    Differences are no failure: they are counted here, and stand in `gateway reconcile list`.
    """
    from gateway.reconcile import pairs, run
    from gateway.workshop import open_workshop

    shop = open_workshop()
    found = pairs.pair(shop, pair)
    connection = _connection(found.portal.connection) if found.kind == "dossier" else None
    mend = bool(get_current_context()["params"]["repair"])
    report = run.reconcile(shop, found, mend=mend, connection=connection)
    return {**report.causes, "repaired": report.repaired, "needing a person": report.needing}


@task(retries=RETRIES, retry_policy=RETRY_POLICY)
def sweep() -> dict[str, int]:
    """Close runs that a crash left open and remove landed objects that no manifest names."""
    from gateway.housekeeping import sweep as clean
    from gateway.workshop import open_workshop

    return clean(open_workshop())


@task(retries=RETRIES, retry_policy=RETRY_POLICY)
def retain() -> dict[str, dict[str, int]]:
    """Erase what was kept longer than the register of personal data says."""
    from gateway.personal.retention import retain as erase_old
    from gateway.workshop import open_workshop

    done = erase_old(open_workshop())
    if error := done.verdict():
        raise error
    return done.counts


def _connection(connection_id: str) -> Any:
    """The portal's connection from wherever Airflow keeps it: environment, secrets backend or its database."""
    from connectors.connection import from_parts

    found = BaseHook.get_connection(connection_id)
    return from_parts(
        connection_id,
        {
            "host": found.host,
            "schema": found.schema,
            "port": found.port,
            "login": found.login,
            "password": found.password,
            "extra": found.extra_dejson,
        },
    )
