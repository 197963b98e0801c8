"""Rights to read a set (quyền khai thác): which consumer, as which role of its contract, which rows, and on what legal basis.

Law 91/2025/QH15, article 17, has data shared between agencies on a written basis; so no right is given without one.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update
from sqlalchemy.dialects.postgresql import insert

from gateway import who
from gateway.access import pseudonyms
from gateway.access.agencies import below
from gateway.access.agreed import Agreed, offer
from gateway.errors import ConfigError
from gateway.publish.contract import Contract
from gateway.store.access import access_grant, consumer


@dataclass(frozen=True)
class Wanted:
    """What is to be given. agency_code: rows of this agency and those below it; period: first and last day, in Vietnam.

    None stands for no limit.
    """

    role: str
    basis: str
    agency_code: str | None = None
    period_from: date | None = None
    period_until: date | None = None


@dataclass(frozen=True)
class Grant:
    """A right that was given and not taken back."""

    grant_id: int
    role: str
    agency_code: str | None
    period_from: date | None
    period_until: date | None
    agreed: Agreed

    @property
    def limits(self) -> tuple[str, ...]:
        """The parts of the contract's scope that it is limited by."""
        is_dated = self.period_from is not None or self.period_until is not None
        return (*(("agency", "issuer") if self.agency_code else ()), *(("period",) if is_dated else ()))


def give(connection: Connection, secrets: tuple[bytes, ...], code: str, contract: Contract, wanted: Wanted) -> None:
    """Give a consumer a right to a set. Raises ConfigError when the contract cannot honour it, or there is one already."""
    held_by = _consumer(connection, code)
    _require_honoured(connection, contract, wanted)
    row = {"consumer_id": held_by, "dataset": contract.name, "granted_by": who.user(), **asdict(wanted)}
    row["agreed"] = asdict(offer(contract, wanted.role))
    given = insert(access_grant).values(row).on_conflict_do_nothing().returning(access_grant.c.grant_id)
    if connection.scalar(given) is None:
        do = f"take it back first: gateway access revoke {code} {contract.name}"
        raise ConfigError("the consumer has a right to this set already", where=f"{code} {contract.name}", do=do)
    pseudonyms.ensure(connection, secrets, held_by)


def take(connection: Connection, code: str, dataset: str) -> int:
    """End a right, from this commit on; returns its number. Raises ConfigError when there is none."""
    living = (access_grant.c.consumer_id == _consumer(connection, code)) & access_grant.c.revoked_at.is_(None)
    ended = update(access_grant).where(living).filter_by(dataset=dataset).values(revoked_at=datetime.now(UTC))
    number: int | None = connection.scalar(ended.returning(access_grant.c.grant_id))
    if number is None:
        raise ConfigError(
            "the consumer has no right to this set", where=f"{code} {dataset}", do="see: gateway access list"
        )
    return number


def grant_of(connection: Connection, code: str, dataset: str) -> Grant | None:
    """What the consumer of this code may read of a set; None for nothing."""
    wanted = select(access_grant).join(consumer).where(access_grant.c.revoked_at.is_(None))
    row = connection.execute(wanted.filter_by(dataset=dataset).where(consumer.c.consumer_code == code)).one_or_none()
    return None if row is None else of_row(row)


def of_row(row: Row[Any]) -> Grant:
    """The right that a row of ops.access_grant tells of."""
    limits = (row.agency_code, row.period_from, row.period_until)
    return Grant(row.grant_id, row.role, *limits, Agreed(**row.agreed))


def listed(connection: Connection) -> list[Row[Any]]:
    """Every right that was ever given, by consumer and set, the newest last."""
    wanted = select(consumer.c.consumer_code, access_grant).join(consumer)
    order = (consumer.c.consumer_code, access_grant.c.dataset, access_grant.c.grant_id)
    return list(connection.execute(wanted.order_by(*order)))


def _consumer(connection: Connection, code: str) -> int:
    found: int | None = connection.scalar(select(consumer.c.consumer_id).filter_by(consumer_code=code))
    if found is None:
        raise ConfigError("no such consumer", where=code, do="add it: gateway keys add")
    return found


def _require_honoured(connection: Connection, contract: Contract, wanted: Wanted) -> None:
    for is_wrong, what, do in (*_of_contract(contract, wanted), *_of_itself(connection, contract, wanted)):
        if is_wrong:
            raise ConfigError(what, where=f"data set {contract.name}", do=do)


def _of_contract(contract: Contract, wanted: Wanted) -> list[tuple[bool, str, str]]:
    roles = [role.name for role in contract.roles]
    is_dated = wanted.period_from is not None or wanted.period_until is not None
    agency, period = bool(wanted.agency_code), contract.scope.period
    return [
        (contract.is_open, "the set is open to all", "give no right: anyone reads it"),
        (wanted.role not in roles, f"its contract has no role {wanted.role}", f"choose one of {', '.join(roles)}"),
        (agency and not contract.scope.issuer, "its contract names no agency in its scope", "leave --agency out"),
        (is_dated and not period, "its contract names no period in its scope", "leave --from and --until out"),
    ]


def _of_itself(connection: Connection, contract: Contract, wanted: Wanted) -> list[tuple[bool, str, str]]:
    begins, ends = wanted.period_from or date.min, wanted.period_until or date.max
    code, issuer = wanted.agency_code, contract.scope.issuer
    is_unknown = bool(code) and not below(connection, issuer, code or "")
    return [
        (begins > ends, "the period ends before it begins", "correct --from or --until"),
        (is_unknown, f"no agency in force of {issuer} has this code", "choose one of the set agency_directory"),
        (not wanted.basis.strip(), "a right needs its legal basis", "write the number of the agreement into --basis"),
    ]
