"""Which sets there are, what each holds, and its versions. A set that needs a key is listed for anyone, since its contract is no secret;
its rows, changes and files are given to those who have a right to them.
"""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Request, Response

from gateway.publish.contract import Column
from gateway.serve import answers, asked
from gateway.serve.downloads import files
from gateway.serve.encoding import answer
from gateway.serve.gate import AGate, Reading
from gateway.serve.places import since_of
from gateway.serve.shelf import Shared

router = APIRouter()


@router.api_route("/v1/sets", methods=["GET", "HEAD"])
def sets(request: Request, gate: AGate) -> Response:
    """Every set that is published."""
    asked.parameters(request, ())
    with gate.shelf.engine.connect() as connection:
        found = gate.shelf.sets(connection)
    return answer(request, answers.Sets([_brief(each) for each in found]))


@router.api_route("/v1/sets/{dataset}", methods=["GET", "HEAD"])
def one_set(request: Request, dataset: str, gate: AGate) -> Response:
    """A set: its columns in both languages, its key, how fresh it is, where its rows and files are."""
    asked.parameters(request, ())
    with gate.shelf.engine.connect() as connection:
        found = gate.shelf.find(connection, dataset)
    return answer(request, _whole(found))


@router.api_route("/v1/sets/{dataset}/versions", methods=["GET", "HEAD"])
def versions(request: Request, dataset: str, gate: AGate) -> Response:
    """The versions that are kept, newest first, each with its files and the place in the changes that it stands for.

    Who may read a part of the set only is told of no file.
    """
    asked.parameters(request, ())
    with gate.shelf.engine.connect() as connection:
        reading = gate.reading(connection, dataset)
        found = gate.shelf.versions(connection, dataset)
    told = answers.Versions(dataset, [_version(Reading(each, reading.view)) for each in found])
    return answer(request, told, is_private=not reading.shared.is_open)


def _brief(shared: Shared) -> answers.Set:
    return answers.Set(
        dataset=shared.name,
        title=shared.contract.title,
        version=shared.version,
        contract_version=shared.contract.version,
        rows=shared.row_count if shared.is_open else None,
        published_at=shared.published_at,
        access="anyone" if shared.is_open else "key",
        about=_address(shared),
    )


def _whole(shared: Shared) -> answers.WholeSet:
    contract = shared.contract
    return answers.WholeSet(
        set=_brief(shared),
        purpose=contract.purpose,
        key=contract.key,
        latency_hours=_hours(contract.latency),
        retention_hours=_hours(contract.retention),
        streams=list(contract.streams),
        columns=[_column(each) for each in contract.columns],
        links={name: f"{_address(shared)}/{name}" for name in ("rows", "versions")},
    )


def _hours(period: timedelta | None) -> int | None:
    return None if period is None else int(period.total_seconds() // 3600)


def _column(said: Column) -> answers.Column:
    return answers.Column(
        name=said.name,
        title_vi=said.title,
        description=said.description,
        description_vi=said.description_vi,
        type=said.type,
        is_key=said.is_key,
        is_always_filled=said.required,
        classification=said.classification,
        code_list=said.code_list,
    )


def _version(reading: Reading) -> answers.Version:
    shared = reading.shared
    listed = files(shared.folder) if reading.view.is_whole else {}
    place = f"{_address(shared)}/versions/{shared.version}/files"
    return answers.Version(
        version=shared.version,
        contract_version=shared.contract.version,
        rows=shared.row_count if reading.view.is_whole else None,
        published_at=shared.published_at,
        since=since_of(reading, shared.since),
        files=[
            answers.File(name, each.size, f"sha256:{each.sha256}", f"{place}/{name}") for name, each in listed.items()
        ],
    )


def _address(shared: Shared) -> str:
    return f"/v1/sets/{shared.name}"
