"""One commit for what a person does about access and its entry in the audit log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gateway.config import Settings


@contextmanager
def written(action: str, subject: str) -> Iterator[tuple[Connection, Settings, dict[str, Any]]]:
    """The connection, the settings, and the details of the entry, to which the caller adds."""
    from gateway import who
    from gateway.access import chain
    from gateway.config import load_settings
    from gateway.workshop import open_database

    settings, detail = load_settings(), dict[str, Any]()
    with open_database(settings).begin() as connection:
        yield connection, settings, detail
        chain.append(connection, settings.secret_keys, chain.Act(f"user {who.user()}", action, subject, detail))
