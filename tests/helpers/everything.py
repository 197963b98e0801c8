"""Everything a house holds, as one text to look for a person in: every row of every table, every landed object, every file."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import zstandard
from sqlalchemy import text

from gateway.errors import StoreError
from tests.helpers.house import House

TABLES = """
    select format('%I.%I', table_schema, table_name) from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema in ('core', 'landing', 'ops', 'share', 'xref') order by 1"""


def everything(house: House) -> str:
    """Sealed payloads opened, landed objects decrypted with every key there is, escapes of JSON undone, in NFC."""
    return unicodedata.normalize("NFC", "\n".join([*_rows(house), *_payloads(house), *_landed(house), *_files(house)]))


def _rows(house: House) -> Iterator[str]:
    for table in house.column(TABLES):
        yield from house.column(f"select t::text from {table} as t")


def _payloads(house: House) -> Iterator[str]:
    with house.shop() as shop, shop.engine.connect() as connection:
        for row in connection.execute(text("select * from ops.outbox where payload <> ''")).all():
            address = f"{row.dossier_id}/{row.payload_hash.hex()}"
            yield shop.landing.vault.key(row.key_id).open(row.payload, address).decode()


def _landed(house: House) -> Iterator[str]:
    """Objects, whether a manifest names them or not."""
    root = house.place / "landing"
    with house.shop() as shop, shop.engine.connect() as connection:
        keys = [
            shop.landing.vault.key(number) for number in connection.scalars(text("select key_id from landing.day_key"))
        ]
    for path in filter(lambda each: each.is_file(), root.rglob("*")):
        sealed, address = path.read_bytes(), path.name.partition(".")[0]
        for key in keys:
            try:
                packed = key.open(sealed, address)
            except StoreError:
                continue
            plain = zstandard.ZstdDecompressor().decompressobj().decompress(packed).decode("utf-8", "replace")
            yield plain
            break


def _files(house: House) -> Iterator[str]:
    for path in house.place.rglob("*"):
        if path.is_file() and "landing" not in path.relative_to(house.place).parts[:1]:
            yield path.read_bytes().decode("utf-8", "replace")
