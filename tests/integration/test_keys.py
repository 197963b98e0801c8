"""Keys of consumers: shown once, kept as a hash, over when they expire, are rotated or revoked; every act is in the audit log."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway.access import keys
from gateway.access.keys import Consumer, KeyRefused
from tests.helpers.house import House, said

CODE = "justice-department"
WAITING = "select from pg_locks where not granted"
"""Whether a session waits for another's row."""


@pytest.fixture
def consumer(house: House) -> House:
    """A house with one consumer, who has no key."""
    house.done("keys", "add", CODE, "Sở Tư pháp")
    return house


def _issued(house: House, *more: str) -> str:
    return house.done("keys", "issue", CODE, *more).strip()


def _holder(house: House, key: str) -> Consumer:
    with house.engine() as engine, engine.connect() as connection:
        return keys.holder(connection, key)


def _log(house: House) -> list[dict[str, str]]:
    """The audit log, oldest first."""
    return list(reversed(json.loads(house.done("audit", "list", "--json"))))


def _listed(house: House) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(house.done("keys", "list", "--json"))
    return found


def test_a_key_opens_for_its_holder_and_is_kept_nowhere(consumer: House) -> None:
    key = _issued(consumer)
    prefix, secret = key.split("_")[1:]
    assert _holder(consumer, key) == Consumer(CODE, "Sở Tư pháp", prefix)
    [listed] = _listed(consumer)
    assert (listed["prefix"], listed["state"]) == (prefix, "good")
    kept = str(consumer.rows("select * from ops.consumer_key")) + str(consumer.rows("select * from ops.audit"))
    assert prefix in kept
    assert secret not in kept


@pytest.mark.parametrize("wrong", ["", "gw_", "not a key", "{key}0", "gw_00000000_" + "0" * 64, "{other}"])
def test_what_is_no_key_opens_nothing_and_is_not_repeated(consumer: House, wrong: str) -> None:
    key = _issued(consumer)
    other = key[:-1] + ("0" if key[-1] != "0" else "1")
    tried = wrong.format(key=key, other=other)
    with pytest.raises(KeyRefused, match="not a key of this gateway") as caught:
        _holder(consumer, tried)
    assert key.split("_")[2][:60] not in str(caught.value)


def test_a_revoked_key_opens_nothing_at_once(consumer: House) -> None:
    key = _issued(consumer)
    prefix = key.split("_")[1]
    consumer.done("keys", "revoke", prefix)
    with pytest.raises(KeyRefused, match=f"key {prefix}: revoked 20"):
        _holder(consumer, key)
    again = consumer.gateway("keys", "revoke", prefix)
    assert again.returncode == 2
    assert "revoked" in said(again)[0]


def test_an_expired_key_opens_nothing(consumer: House) -> None:
    key = _issued(consumer)
    consumer.execute("update ops.consumer_key set expires_at = now()")
    with pytest.raises(KeyRefused, match="expired 20"):
        _holder(consumer, key)


def test_both_keys_open_while_they_overlap(consumer: House) -> None:
    old = _issued(consumer)
    new = consumer.done("keys", "rotate", old.split("_")[1], "--overlap", "3").strip()
    assert _holder(consumer, old).code == _holder(consumer, new).code == CODE
    left = "select round(extract(epoch from expires_at - now()) / 86400) from ops.consumer_key order by key_id"
    assert consumer.column(left) == [3, 365]


def test_no_overlap_makes_a_key_longer(consumer: House) -> None:
    old = _issued(consumer, "--days", "1")
    consumer.done("keys", "rotate", old.split("_")[1], "--overlap", "90")
    assert consumer.value("select min(expires_at) < now() + interval '25 hours' from ops.consumer_key")


def test_every_act_is_in_the_log(consumer: House) -> None:
    key = _issued(consumer)
    prefix = key.split("_")[1]
    consumer.done("keys", "rotate", prefix)
    consumer.done("keys", "revoke", prefix)
    [new] = [each["prefix"] for each in _listed(consumer) if each["prefix"] != prefix]
    entries = [(row["action"], row["subject"], json.loads(row["detail"])) for row in _log(consumer)]
    assert [entry[:2] for entry in entries] == [
        ("consumer added", CODE), ("key issued", CODE), ("key rotated", prefix), ("key revoked", prefix)
    ]  # fmt: skip
    assert entries[1][2]["prefix"] == prefix
    assert (entries[2][2]["prefix"], entries[2][2]["consumer"]) == (new, CODE)
    assert entries[3][2] == {"consumer": CODE}
    consumer.done("audit", "verify")


def test_who_rotates_a_key_that_is_just_being_revoked_waits_and_is_refused(consumer: House) -> None:
    prefix = _issued(consumer).split("_")[1]
    with consumer.engine() as engine, ThreadPoolExecutor(1) as pool:
        with engine.begin() as connection:
            keys.revoke(connection, prefix)
            later = pool.submit(consumer.gateway, "keys", "rotate", prefix)
            consumer.execute(f"do $$ begin while not exists ({WAITING}) loop perform pg_sleep(0.01); end loop; end $$")
        ended = later.result(60)
    assert ended.returncode == 2
    assert "revoked" in said(ended)[0]
    assert [each["prefix"] for each in _listed(consumer)] == [prefix]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("add", CODE, "Sở khác"), "there is such a consumer already"),
        (("add", "Sở Tư pháp", "Sở Tư pháp"), "small letters, digits and hyphens"),
        (("issue", "nobody"), "no such consumer"),
        (("rotate", "00000000"), "no key of that prefix"),
        (("revoke", "00000000"), "no key of that prefix"),
    ],
)
def test_a_mistake_is_said_and_leaves_no_entry(consumer: House, arguments: tuple[str, ...], says: str) -> None:
    ended = consumer.gateway("keys", *arguments)
    assert ended.returncode == 2
    assert says in said(ended)[0]
    assert consumer.value("select count(*) from ops.audit") == 1
