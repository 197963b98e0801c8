"""What every step works with: the database, the landing store, the portals. Made once at the edge, handed down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Engine

from gateway.config import Settings, load_settings, needed
from gateway.land import Landing
from gateway.portals import PortalSpec, load_portal, portal_names
from gateway.store.database import connect
from gateway.vault import Vault

Progress = Callable[[str, str, int], None]
"""Told of progress: the stream (`portal/stream`), the step (`fetch` or `load`), and how many more records."""


def silent(stream: str, step: str, records: int) -> None:
    """Progress nobody watches."""


@dataclass(frozen=True, eq=False)
class Workshop:
    """Opened tools of one command or task."""

    settings: Settings
    engine: Engine
    landing: Landing
    progress: Progress = silent
    _portals: dict[str, PortalSpec] = field(default_factory=dict, repr=False)

    def portal(self, name: str) -> PortalSpec:
        """A portal's checked mapping folder, read once."""
        if name not in self._portals:
            self._portals[name] = load_portal(self.settings.mappings, name)
        return self._portals[name]

    def portals(self) -> list[str]:
        """The names of all portals."""
        return portal_names(self.settings.mappings)


def open_database(settings: Settings | None = None) -> Engine:
    """The gateway's database, from GATEWAY_DATABASE_URL."""
    settings = settings or load_settings()
    example = "postgresql+psycopg://gateway@/gateway?host=/var/run/postgresql"
    return connect(needed(settings.database_url, "GATEWAY_DATABASE_URL", example))


def open_workshop(settings: Settings | None = None, progress: Progress = silent) -> Workshop:
    """Everything a sync needs, from the environment. Raises ConfigError for what is not set."""
    settings = settings or load_settings()
    engine = open_database(settings)
    url = needed(settings.landing, "GATEWAY_LANDING", "/var/lib/gateway/landing")
    return Workshop(settings, engine, Landing(engine, Vault(engine, settings.secret_keys), url), progress)
