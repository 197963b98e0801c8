"""What the simulated transport ministry itself shows, read without the gateway."""

from __future__ import annotations

from typing import Any

from sandbox.testing import Running
from sandbox.transport.credentials import API_KEY, CLIENT, UNIT
from tests.helpers.ministries import Rows, days, instant

PORTAL, LIST = "transport", "/apiGTVT/danhsachhoso"
STREAMS = {"road_dossiers": "G04.98", "register_dossiers": "G04.99"}
STATUS = {
    ("new", ""): "1",
    ("processing", ""): "4",
    ("waiting", "supplement"): "5",
    ("waiting", "paying"): "6",
    ("denied", ""): "3",
    ("releasing", ""): "9",
    ("done", ""): "10",
}


def shown(sandbox: Running) -> Rows:
    """Every dossier of both agencies, asked for day by day."""
    address = sandbox.addresses[PORTAL]
    token = sandbox.http.post(
        f"{address}/token", data={"grant_type": "client_credentials"}, auth=(CLIENT.id, CLIENT.secret), timeout=30
    ).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "MaDonVi": UNIT, "ApiKey": API_KEY}
    found: Rows = {}
    for agency in STREAMS.values():
        for day in days():
            query = {"Start": "-1", "End": "-1", "GovAgencyCode": agency}
            query |= dict.fromkeys(("ReceiveFromDate", "ReceiveToDate"), day.strftime("%d/%m/%Y"))
            answer = sandbox.http.get(address + LIST, params=query, headers=headers, timeout=30).json()
            found |= {each["dossierNo"]: _row(each) for each in answer["data"]}
    return found


def _row(record: dict[str, str]) -> tuple[Any, ...]:
    return (
        record["dossierNo"],
        STATUS[record["dossierStatus"], record["dossierSubStatus"]],
        instant(record["modifiedDate"]),
        record["dossierSubStatus"] or record["dossierStatus"],
        record["dossierStatusText"],
        record["dossierSubStatus"] or None,
        record["serviceCode"],
        record["serviceName"],
        record["govAgencyCode"],
        record["govAgencyName"],
        {"citizen": "1", "business": "2"}[record["applicantIdType"]],
        record["applicantName"],
        {"true": "2", "false": "1"}[record["online"]],
        instant(record["submitDate"]),
        instant(record["receiveDate"]),
        instant(record["dueDate"]),
        instant(record["releaseDate"] or record["finishDate"]),
        record["dossierId"],
    )
