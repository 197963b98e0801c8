"""Before a set is read: what of it this caller may read, or why nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends
from sqlalchemy import Connection

from gateway.access.agencies import below
from gateway.access.grants import Grant, grant_of
from gateway.access.pseudonyms import key_of
from gateway.access.view import View, granted, whole
from gateway.publish.contract import Contract
from gateway.serve.caller import ACaller, Caller
from gateway.serve.office import AnOffice, Office
from gateway.serve.problems import needs_key, no_right
from gateway.serve.shelf import AShelf, Shared, Shelf


@dataclass(frozen=True)
class Reading:
    """A set, and the caller's view of it."""

    shared: Shared
    view: View


@dataclass(frozen=True)
class Gate:
    """One caller before the shelf. office: there for every consumer."""

    shelf: Shelf
    caller: Caller
    office: Office | None

    def reading(self, connection: Connection, dataset: str) -> Reading:
        """The present version of a set, to be read. Raises Refusal when there is none, or the caller may read nothing of it."""
        shared = self.shelf.find(connection, dataset)
        return Reading(shared, self.view(connection, shared.contract))

    def view(self, connection: Connection, contract: Contract) -> View:
        """What the caller may read of a set. Raises Refusal when it is nothing."""
        if contract.is_open:
            return whole(contract)
        if self.caller.consumer is None:
            raise needs_key()
        code = self.caller.consumer.code
        grant = grant_of(connection, code, contract.name)
        view = None if grant is None else granted(contract, grant, _agencies(connection, contract, grant))
        if view is None:
            raise no_right()
        return view if not view.needs_key else replace(view, key=self._key(connection, code))

    def _key(self, connection: Connection, code: str) -> bytes:
        assert self.office is not None
        return key_of(connection, self.office.secrets, code)


def _agencies(connection: Connection, contract: Contract, grant: Grant) -> frozenset[str] | None:
    return None if grant.agency_code is None else below(connection, contract.scope.issuer, grant.agency_code)


async def _gate(shelf: AShelf, caller: ACaller, office: AnOffice) -> Gate:  # async, or a thread would be waited for
    return Gate(shelf, caller, office)


AGate = Annotated[Gate, Depends(_gate)]
"""What a route asks for to read sets for its caller."""
