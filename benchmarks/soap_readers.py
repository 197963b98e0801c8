"""One reader of a SOAP answer in a process of its own: `python -m benchmarks.soap_readers ours|zeep WSDL ADDRESS`.

Prints one line of JSON: seconds on the clock and of the processor from the call to the last record as a plain dict,
records, a digest of what it read, and the peak memory of the process. Imports and reading the WSDL are not in the seconds:
both do that once a night.
"""

from __future__ import annotations

import gc
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

Records = Iterator[dict[str, Any]]
ARGUMENTS = {"tuNgay": "2026-11-01"}


def ours(wsdl: Path, address: str) -> Callable[[], Records]:
    """The gateway's way: our session, the body packed while it arrives, then streamed and judged by the XSD."""
    from connectors.connection import Connection
    from connectors.http.client import HttpClient
    from connectors.http.politeness import Limits
    from connectors.request import Request
    from connectors.soap import service as soap

    service = soap.SoapService(soap.SoapSpec(wsdl))
    client = HttpClient(Connection("portal_benchmark", address), Limits(max_bytes=1 << 30, total=600))
    assert service.judge("DanhSach", ("hoSo",)) is not None

    def _read() -> Records:
        headers = service.headers("DanhSach")
        request = Request(
            "POST",
            service.path("DanhSach"),
            headers=headers,
            content=service.envelope("DanhSach", ARGUMENTS),
            content_type=headers["Content-Type"],
            packed=True,
        )
        with client.send(request).open() as body:
            yield from soap.opened(body, service, "DanhSach", "hoSo")

    return _read


def zeep(wsdl: Path, address: str) -> Callable[[], Records]:
    """Zeep's way: its objects, then its own serialiser to plain dicts."""
    import zeep as library
    from zeep.helpers import serialize_object

    client = library.Client(str(wsdl))
    service = client.create_service(next(iter(client.wsdl.bindings)), f"{address}/ho-so")

    def _read() -> Records:
        answer = service.DanhSach(**ARGUMENTS)
        yield from serialize_object(answer.hoSo, dict)

    return _read


READERS = {"ours": ours, "zeep": zeep}


def main(name: str, wsdl: str, address: str) -> None:
    """Read once and say what it cost."""
    read = READERS[name](Path(wsdl), address)
    gc.collect()
    digest, count = sha256(), 0
    began, busy = time.perf_counter(), time.process_time()
    for record in read():
        count += 1
        steps = record["quaTrinh"]["buoc"]
        digest.update(f"{record['maHoSo']} {record['tenThuTuc']} {int(record['trangThai'])} {len(steps)}\n".encode())
    seconds, cpu = time.perf_counter() - began, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found = {"seconds": seconds, "cpu": cpu, "records": count, "digest": digest.hexdigest(), "peak_mb": peak}
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
