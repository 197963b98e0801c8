"""Every set by itself: what is wrong with one keeps no other from its readers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Engine

from connectors.errors import ExplainedError
from gateway.config import Settings
from gateway.errors import ConfigError, LockedError, StoreError
from gateway.publish.contract import Contract
from gateway.publish.files import version_time
from gateway.publish.sets import publish
from gateway.publish.switching import Published
from gateway.service_levels.kept import keep

COUNTED = "service_level"
"""The set whose rows are counted anew before it is published: what was running yesterday may be missed today."""


def publish_all(
    engine: Engine, contracts: Iterable[Contract], settings: Settings
) -> tuple[list[Published], list[ExplainedError]]:
    """Publish each set. Returns what was done, and what was wrong."""
    done: list[Published] = []
    wrong: list[ExplainedError] = []
    for contract in contracts:
        try:
            if contract.name == COUNTED:
                keep(engine, settings)
            done.append(publish(engine, contract, settings.datasets))
        except (StoreError, ConfigError, LockedError) as error:
            wrong.append(error)
    return done, wrong


def made_since(begun: datetime, done: Iterable[Published]) -> list[Published]:
    """Those whose version was made at this time or later, also by an earlier try. A version's name has whole seconds."""
    return [each for each in done if each.version and version_time(each.version) >= begun.replace(microsecond=0)]
