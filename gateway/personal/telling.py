"""Those who follow the sets that tell of persons are told who is not in them any more, and older changes say nothing of him, either."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from connectors.errors import ExplainedError
from gateway.personal import shared_rows
from gateway.personal.subject import Key
from gateway.publish.contract import Contract, load_contracts
from gateway.publish.sets import publish_in_turn, turn
from gateway.workshop import Workshop


def tell(shop: Workshop, keys: Sequence[Key]) -> Iterator[ExplainedError]:
    """Empty these dossiers in the sets that tell of persons; the errors of those whose readers could not be told."""
    contracts = {each.name: each for each in load_contracts(shop.settings.schemas)}
    with shop.engine.connect() as connection:
        names = {each.dataset for each in shared_rows.tables(connection, contracts) if each.personal}
    for name in sorted(names):
        try:
            with turn(shop.engine, name):
                _tell(shop, contracts, name, keys)
        except ExplainedError as error:
            yield error


def _tell(shop: Workshop, contracts: Mapping[str, Contract], name: str, keys: Sequence[Key]) -> None:
    """Publish a set, so that those who follow it are told, then empty its log, too; while its turn is held."""
    is_told = False
    try:
        if name in contracts:
            publish_in_turn(shop.engine, contracts[name], shop.settings.datasets)
        is_told = True
    finally:
        # Rows that were emptied now would not differ from the next publication, which could tell nobody.
        with shop.engine.begin() as connection:
            for each in shared_rows.tables(connection, contracts):
                if each.dataset == name and each.personal and (is_told or each.is_log):
                    shared_rows.empty(connection, each, keys)
