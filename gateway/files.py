"""Portals that are files: which folder, and which of its files were taken before."""

from __future__ import annotations

from sqlalchemy import Engine, select

from connectors.connection import Connection
from connectors.files.folder import FolderSpec
from connectors.files.pages import IDENTITY, Folder
from gateway.portals import PortalSpec, StreamSpec
from gateway.store.ops import batch, page
from gateway.vocabulary import seconds


def folder(portal: PortalSpec, connection: Connection) -> Folder:
    """The portal's folder, at the connection's address."""
    said = portal.said.get("files", {})
    spec = FolderSpec(
        connection.address,
        pattern="*",
        settled=seconds(said["settled"]) if "settled" in said else FolderSpec.settled,
        done_marker=said.get("done_marker", ""),
        archive=said.get("archive", False),
        max_bytes=portal.limits.max_bytes,
    )
    return Folder(spec, connection)


def taken(engine: Engine, stream: StreamSpec) -> frozenset[str]:
    """Identities of the stream's files that are landed or loaded."""
    mine = (batch.c.portal == stream.portal) & (batch.c.stream == stream.stream)
    landed = select(page.c.request[IDENTITY].astext).join(batch, batch.c.batch_id == page.c.batch_id)
    with engine.connect() as connection:
        found = connection.scalars(landed.where(mine, batch.c.state.in_(("landed", "loaded"))))
        return frozenset(found)
