"""Payloads lie sealed in the outbox, as landed bytes do: under a key of the portal and the day, which retention may delete."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row

from gateway.errors import StoreError
from gateway.vault import DataKey, Vault


class Seal:
    """Seals what is told to one portal today."""

    def __init__(self, vault: Vault, portal: str) -> None:
        self._key: DataKey = vault.key_for(portal, datetime.now(UTC).date())

    def closed(self, payload: bytes, dossier_id: int, payload_hash: bytes) -> tuple[int, bytes]:
        """(the key's number, the sealed payload). Sealed to its dossier and hash, so that rows cannot be swapped."""
        return self._key.key_id, self._key.seal(payload, _address(dossier_id, payload_hash))


def opened(vault: Vault, row: Row[Any]) -> bytes:
    """The payload of a row of the outbox. Raises StoreError when it was changed, was erased, or retention deleted its key."""
    if not row.payload:
        raise StoreError("what was sent was erased", where=f"row {row.outbox_id}", do="see: gateway subject list")
    return vault.key(row.key_id).open(row.payload, _address(row.dossier_id, row.payload_hash))


def _address(dossier_id: int, payload_hash: bytes) -> str:
    return f"{dossier_id}/{payload_hash.hex()}"
