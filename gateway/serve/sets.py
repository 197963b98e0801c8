"""Which sets there are, what each holds, and its versions. A set that needs a key is listed, since its contract is no secret;
its rows, changes and files are not given.
"""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Request, Response

from gateway.publish.contract import Column
from gateway.serve import answers, asked
from gateway.serve.cursors import since_token
from gateway.serve.downloads import files
from gateway.serve.encoding import answer
from gateway.serve.shelf import AShelf, Shared

router = APIRouter()


@router.api_route("/v1/sets", methods=["GET", "HEAD"])
def sets(request: Request, shelf: AShelf) -> Response:
    """Every set that is published."""
    asked.parameters(request, ())
    with shelf.engine.connect() as connection:
        found = shelf.sets(connection)
    return answer(request, answers.Sets([_brief(each) for each in found]))


@router.api_route("/v1/sets/{dataset}", methods=["GET", "HEAD"])
def one_set(request: Request, dataset: str, shelf: AShelf) -> Response:
    """A set: its columns in both languages, its key, how fresh it is, where its rows and files are."""
    asked.parameters(request, ())
    with shelf.engine.connect() as connection:
        found = shelf.about(connection, dataset)
    return answer(request, _whole(found))


@router.api_route("/v1/sets/{dataset}/versions", methods=["GET", "HEAD"])
def versions(request: Request, dataset: str, shelf: AShelf) -> Response:
    """The versions that are kept, newest first, each with its files and the place in the changes that it stands for."""
    asked.parameters(request, ())
    with shelf.engine.connect() as connection:
        shelf.find(connection, dataset)
        found = shelf.versions(connection, dataset)
    return answer(request, answers.Versions(dataset, [_version(each) for each in found]))


def _brief(shared: Shared) -> answers.Set:
    return answers.Set(
        dataset=shared.name,
        title=shared.contract.title,
        version=shared.version,
        contract_version=shared.contract.version,
        rows=shared.row_count,
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


def _version(shared: Shared) -> answers.Version:
    place = f"{_address(shared)}/versions/{shared.version}/files"
    return answers.Version(
        version=shared.version,
        contract_version=shared.contract.version,
        rows=shared.row_count,
        published_at=shared.published_at,
        since=since_token(shared.name, shared.since),
        files=[
            answers.File(name, each.size, f"sha256:{each.sha256}", f"{place}/{name}")
            for name, each in files(shared.folder).items()
        ],
    )


def _address(shared: Shared) -> str:
    return f"/v1/sets/{shared.name}"
