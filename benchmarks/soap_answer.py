"""The SOAP answer both readers get: its contract, its records (15 fields and 3 nested steps each), and a portal for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

NAMESPACE = "http://bothidu.example/ho-so"
FIELDS = (
    ("maHoSo", "string", "H15-{day:06d}-{number:07d}"),
    ("maThuTuc", "string", "1.{procedure:06d}"),
    ("tenThuTuc", "string", "Cấp phiếu lý lịch tư pháp số {procedure}"),
    ("maDonVi", "string", "H15.{unit:02d}"),
    ("tenDonVi", "string", "Sở Tư pháp – bộ phận {unit}"),
    ("maLinhVuc", "string", "G15-LL{unit:02d}"),
    ("trangThai", "int", "{state}"),
    ("tenTrangThai", "string", "Đang xử lý bước {state}"),
    ("ngayTiepNhan", "dateTime", "2026-10-{date:02d}T08:{minute:02d}:00"),
    ("ngayHenTra", "dateTime", "2026-11-{date:02d}T17:00:00"),
    ("ngayCapNhat", "dateTime", "2026-11-{date:02d}T09:{minute:02d}:30"),
    ("lePhi", "decimal", "{fee}.00"),
    ("mucDo", "int", "{level}"),
    ("trucTuyen", "boolean", "true"),
    ("ghiChu", "string", "Nộp qua bưu chính công ích, lần {state}"),
)
STEPS = 3

_RECORD = (
    "<hoSo>"
    + "".join(f"<{name}>{text}</{name}>" for name, _, text in FIELDS)
    + "<quaTrinh>"
    + "".join(
        f"<buoc><thuTu>{step}</thuTu><tenBuoc>Bước {step}</tenBuoc><maCanBo>CB{{unit:03d}}</maCanBo>"
        "<batDau>2026-11-{date:02d}T08:{minute:02d}:00</batDau></buoc>"
        for step in range(1, STEPS + 1)
    )
    + "</quaTrinh></hoSo>"
)
_OPEN = (
    '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
    f'<DanhSachResponse xmlns="{NAMESPACE}"><tongSo>{{count}}</tongSo>'
)
_CLOSE = "</DanhSachResponse></soap:Body></soap:Envelope>"
_WSDL = """<?xml version="1.0" encoding="utf-8"?>
<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
    xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:tns="{namespace}" targetNamespace="{namespace}">
  <wsdl:types><xs:schema elementFormDefault="qualified" targetNamespace="{namespace}">
    <xs:element name="DanhSach"><xs:complexType><xs:sequence>
      <xs:element name="tuNgay" type="xs:date"/>
    </xs:sequence></xs:complexType></xs:element>
    <xs:element name="DanhSachResponse"><xs:complexType><xs:sequence>
      <xs:element name="tongSo" type="xs:int"/>
      <xs:element name="hoSo" type="tns:HoSo" minOccurs="0" maxOccurs="unbounded"/>
    </xs:sequence></xs:complexType></xs:element>
    <xs:complexType name="HoSo"><xs:sequence>{fields}
      <xs:element name="quaTrinh"><xs:complexType><xs:sequence>
        <xs:element name="buoc" type="tns:Buoc" minOccurs="0" maxOccurs="unbounded"/>
      </xs:sequence></xs:complexType></xs:element>
    </xs:sequence></xs:complexType>
    <xs:complexType name="Buoc"><xs:sequence>
      <xs:element name="thuTu" type="xs:int"/><xs:element name="tenBuoc" type="xs:string"/>
      <xs:element name="maCanBo" type="xs:string"/><xs:element name="batDau" type="xs:dateTime"/>
    </xs:sequence></xs:complexType>
  </xs:schema></wsdl:types>
  <wsdl:message name="In"><wsdl:part name="parameters" element="tns:DanhSach"/></wsdl:message>
  <wsdl:message name="Out"><wsdl:part name="parameters" element="tns:DanhSachResponse"/></wsdl:message>
  <wsdl:portType name="HoSo"><wsdl:operation name="DanhSach">
    <wsdl:input message="tns:In"/><wsdl:output message="tns:Out"/>
  </wsdl:operation></wsdl:portType>
  <wsdl:binding name="HoSo" type="tns:HoSo">
    <soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
    <wsdl:operation name="DanhSach"><soap:operation soapAction="urn:DanhSach"/>
      <wsdl:input><soap:body use="literal"/></wsdl:input><wsdl:output><soap:body use="literal"/></wsdl:output>
    </wsdl:operation>
  </wsdl:binding>
  <wsdl:service name="HoSo"><wsdl:port name="HoSo" binding="tns:HoSo">
    <soap:address location="http://127.0.0.1/ho-so"/>
  </wsdl:port></wsdl:service>
</wsdl:definitions>
"""


def write_contract(folder: Path) -> Path:
    """The WSDL, as a file."""
    fields = "".join(f'<xs:element name="{name}" type="xs:{kind}"/>' for name, kind, _ in FIELDS)
    path = folder / "ho-so.wsdl"
    path.write_text(_WSDL.format(namespace=NAMESPACE, fields=fields), "utf-8")
    return path


def write_answer(folder: Path, count: int) -> Path:
    """An answer of `count` records, as a file; kept for the next time."""
    path = folder / f"answer-{count}.xml"
    if not path.is_file():
        unfinished = path.with_suffix(".part")
        with unfinished.open("w", encoding="utf-8") as file:
            file.write(_OPEN.format(count=count))
            file.writelines(_record(number) for number in range(count))
            file.write(_CLOSE)
        unfinished.rename(path)
    return path


def _record(number: int) -> str:
    return _RECORD.format(
        number=number,
        day=number % 300,
        procedure=number % 2_000,
        unit=number % 60,
        state=number % 9,
        date=number % 28 + 1,
        minute=number % 60,
        fee=number % 50 * 1_000,
        level=number % 3,
    )


@contextmanager
def serving(answer: Path) -> Iterator[str]:
    """A portal on loopback that answers every call with this file; gives its address."""

    class Portal(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Type", "text/xml; charset=utf-8")
            self.send_header("Content-Length", str(answer.stat().st_size))
            self.end_headers()
            self.wfile.flush()
            with answer.open("rb") as file:
                self.connection.sendfile(file)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Portal) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
