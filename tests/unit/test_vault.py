"""Keys of the landing store: wrong, rotated, deleted and swapped ones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Engine

from gateway.errors import ConfigError, StoreError
from gateway.vault import DataKey, Vault
from tests.helpers.house import House

OLD, NEW = bytes(32), bytes([7]) * 32
DAY = date(2026, 11, 20)


@pytest.fixture
def engine(house: House) -> Iterator[Engine]:
    with house.engine() as engine:
        yield engine


def test_a_portals_day_has_one_key(engine: Engine) -> None:
    vault = Vault(engine, (OLD,))
    key = vault.key_for("province", DAY)
    assert (
        vault.key_for("province", DAY) == Vault(engine, (OLD,)).key_for("province", DAY) == vault.key(key.key_id) == key
    )
    others = [vault.key_for("national", DAY), vault.key_for("province", date(2026, 11, 21))]
    assert len({key.secret, *(other.secret for other in others)}) == 3


def test_a_rotated_list_opens_old_keys_and_wraps_new_ones(engine: Engine) -> None:
    old = Vault(engine, (OLD,)).key_for("province", DAY)
    rotated = Vault(engine, (NEW, OLD))
    assert rotated.key(old.key_id) == old
    new = rotated.key_for("province", date(2026, 11, 21))
    assert Vault(engine, (NEW,)).key(new.key_id) == new


def test_a_wrong_list_opens_nothing(engine: Engine) -> None:
    key = Vault(engine, (OLD,)).key_for("province", DAY)
    with pytest.raises(ConfigError, match=f"no key of GATEWAY_SECRET_KEY opens data key {key.key_id}"):
        Vault(engine, (NEW,)).key(key.key_id)


def test_no_list_at_all(engine: Engine) -> None:
    with pytest.raises(ConfigError, match="GATEWAY_SECRET_KEY is not set"):
        Vault(engine, ())


def test_a_deleted_key(engine: Engine, house: House) -> None:
    key = Vault(engine, (OLD,)).key_for("province", DAY)
    house.execute("delete from landing.day_key")
    with pytest.raises(StoreError, match=f"data key {key.key_id} was deleted by retention"):
        Vault(engine, (OLD,)).key(key.key_id)


@pytest.mark.parametrize(
    "change",
    [
        "wrapped = wrapped || '\\x00'::bytea",
        "portal = 'national'",
        "day = day + 1",
        "wrapped = substr(wrapped, 1, 20)",
        "wrapped = ''",
    ],
)
def test_a_key_row_that_was_changed(change: str, engine: Engine, house: House) -> None:
    key = Vault(engine, (OLD,)).key_for("province", DAY)
    house.execute(f"update landing.day_key set {change}")
    with pytest.raises(StoreError, match=f"data key {key.key_id} was changed"):
        Vault(engine, (OLD,)).key(key.key_id)


KEY = DataKey(1, bytes([1]) * 32)


def test_sealed_bytes_open_again() -> None:
    address = KEY.address([b"page"])
    sealed = KEY.seal(b"page", address)
    assert KEY.open(sealed, address) == b"page"
    assert b"page" not in sealed
    assert sealed != KEY.seal(b"page", address)


def test_an_address_names_content_under_one_key_only() -> None:
    assert KEY.address([b"page"]) == KEY.address([b"page"]) != KEY.address([b"pages"])
    assert KEY.address([b"page"]) != DataKey(2, bytes(32)).address([b"page"])


def test_a_swapped_object_is_refused() -> None:
    first, second = KEY.address([b"first"]), KEY.address([b"second"])
    with pytest.raises(StoreError, match="do not match their key and address"):
        KEY.open(KEY.seal(b"first", first), second)


@pytest.mark.parametrize(
    "spoil",
    [lambda s: s[:-1], lambda s: s[:5], lambda s: b"", lambda s: s[:-1] + bytes([s[-1] ^ 1])],
    ids=["cut", "hardly begun", "empty", "changed"],
)
def test_a_damaged_object_is_refused(spoil) -> None:  # type: ignore[no-untyped-def]
    address = KEY.address([b"page"])
    with pytest.raises(StoreError, match="do not match their key and address"):
        KEY.open(spoil(KEY.seal(b"page", address)), address)


def test_another_days_key_opens_nothing() -> None:
    address = KEY.address([b"page"])
    with pytest.raises(StoreError):
        DataKey(2, bytes(32)).open(KEY.seal(b"page", address), address)


def test_a_key_does_not_print_itself() -> None:
    assert repr(KEY.secret) not in repr(KEY)
    assert KEY.secret.hex() not in repr(KEY)
