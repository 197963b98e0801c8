"""SOAP: envelopes from a vendored WSDL, answers streamed and judged, and WSDLs that want to reach elsewhere."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import Any

import pytest

from connectors.decode import BrokenAnswer
from connectors.errors import FatalPortalError, PortalError, RetriablePortalError, SessionExpired
from connectors.soap import service as soap
from connectors.soap.service import SoapService, SoapSpec, WrongContract
from connectors.soap.xsd import NotAsDeclared
from connectors.xml.reading import HostileAnswer, NoRecords
from tests.helpers.wire import Received, answering, reply

CANARY = "KHONG-DUOC-DOC-079"
NS = "http://bothidu.example/ho-so"
SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"

TYPES = """
<xs:schema targetNamespace="http://bothidu.example/chung" xmlns:c="http://bothidu.example/chung">
  <xs:complexType name="Goc"><xs:sequence><xs:element name="ma" type="xs:string"/></xs:sequence></xs:complexType>
  <xs:group name="Ngay"><xs:sequence><xs:element name="ngay" type="xs:date"/></xs:sequence></xs:group>
</xs:schema>
<xs:schema targetNamespace="{ns}" elementFormDefault="qualified" xmlns:c="http://bothidu.example/chung">
  <xs:import namespace="http://bothidu.example/chung"/>
  <xs:element name="TraCuu"><xs:complexType><xs:sequence>
    <xs:element name="tuNgay" type="xs:date"/>
    <xs:element name="maDonVi" type="xs:string" minOccurs="0"/>
    <xs:element name="loai" type="xs:string" minOccurs="0" maxOccurs="unbounded"/>
  </xs:sequence></xs:complexType></xs:element>
  <xs:element name="TraCuuResponse"><xs:complexType><xs:sequence>
    <xs:element name="tong" type="xs:int"/>
    <xs:element name="danhSach"><xs:complexType><xs:sequence>
      <xs:element name="hoSo" minOccurs="1" maxOccurs="unbounded"><xs:complexType><xs:complexContent>
        <xs:extension base="c:Goc"><xs:sequence>
          <xs:element name="trangThai" type="xs:int"/>
          <xs:group ref="c:Ngay"/>
          <xs:element name="ghiChu" type="xs:string" nillable="true" minOccurs="0"/>
        </xs:sequence></xs:extension>
      </xs:complexContent></xs:complexType></xs:element>
    </xs:sequence></xs:complexType></xs:element>
  </xs:sequence></xs:complexType></xs:element>
  <xs:element name="XoaHet"><xs:complexType/></xs:element>
  <xs:element name="DanhMucResponse"><xs:complexType><xs:sequence>
    <xs:element name="DanhMucResult" minOccurs="0"><xs:complexType><xs:sequence>
      <xs:element ref="xs:schema"/><xs:any/>
    </xs:sequence></xs:complexType></xs:element>
  </xs:sequence></xs:complexType></xs:element>
  <xs:element name="DanhMuc"><xs:complexType/></xs:element>
</xs:schema>
""".replace("{ns}", NS)

WSDL = """<?xml version="1.0" encoding="utf-8"?>
<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:s11="http://schemas.xmlsoap.org/wsdl/soap/"
    xmlns:s12="http://schemas.xmlsoap.org/wsdl/soap12/" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:tns="{ns}"
    targetNamespace="{ns}">
  {before}
  <wsdl:types>{types}</wsdl:types>
  {messages}
  <wsdl:portType name="P">{abstract}</wsdl:portType>
  <wsdl:binding name="B12" type="tns:P"><s12:binding transport="http://schemas.xmlsoap.org/soap/http"/>{s12}</wsdl:binding>
  <wsdl:binding name="B11" type="tns:P"><s11:binding transport="http://schemas.xmlsoap.org/soap/http"/>{s11}</wsdl:binding>
  <wsdl:service name="HoSo">
    <wsdl:port name="P12" binding="tns:B12"><s12:address location="http://localhost/dich-vu/12"/></wsdl:port>
    <wsdl:port name="P11" binding="tns:B11"><s11:address location="http://localhost/dich-vu/ho-so.asmx"/></wsdl:port>
  </wsdl:service>
</wsdl:definitions>"""
OPERATIONS = ("TraCuu", "XoaHet", "DanhMuc")


def wsdl(types: str = TYPES, before: str = "") -> str:
    messages, abstract, s11, s12 = "", "", "", ""
    for name in OPERATIONS:
        answered = name != "XoaHet"
        for kind in ("", "Response") if answered else ("",):
            messages += (
                f'<wsdl:message name="{name}{kind}"><wsdl:part name="p" element="tns:{name}{kind}"/></wsdl:message>'
            )
        output = f'<wsdl:output message="tns:{name}Response"/>' if answered else ""
        abstract += f'<wsdl:operation name="{name}"><wsdl:input message="tns:{name}"/>{output}</wsdl:operation>'
        for version in ("s11", "s12"):
            body = f'<{version}:body use="literal"/>'
            output = f"<wsdl:output>{body}</wsdl:output>" if answered else ""
            bound = (
                f'<wsdl:operation name="{name}"><{version}:operation soapAction="urn:{name}" style="document"/>'
                f"<wsdl:input>{body}</wsdl:input>{output}</wsdl:operation>"
            )
            s11, s12 = (s11 + bound, s12) if version == "s11" else (s11, s12 + bound)
    return WSDL.format(ns=NS, types=types, before=before, messages=messages, abstract=abstract, s11=s11, s12=s12)


def service(folder: Path, text: str = "", port: str | None = None) -> SoapService:
    path = folder / "hop-dong" / "ho-so.wsdl"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text or wsdl(), "utf-8")
    return SoapService(SoapSpec(path, port=port))


@pytest.fixture(scope="module")
def ho_so(tmp_path_factory: pytest.TempPathFactory) -> SoapService:
    return service(tmp_path_factory.mktemp("wsdl"))


def envelope(body: str, version: str = SOAP11, header: str = "") -> bytes:
    return f'<e:Envelope xmlns:e="{version}">{header}<e:Body>{body}</e:Body></e:Envelope>'.encode()


def record(ma: str = "H15-1", trang_thai: str = "2", ngay: str = "2026-11-20", more: str = "") -> str:
    return f'<hoSo><ma xmlns="">{ma}</ma><trangThai>{trang_thai}</trangThai><ngay xmlns="">{ngay}</ngay>{more}</hoSo>'


def answer(*records: str, tong: str = "1") -> str:
    listed = "".join(records or (record(),))
    return f'<TraCuuResponse xmlns="{NS}"><tong>{tong}</tong><danhSach>{listed}</danhSach></TraCuuResponse>'


def read(ho_so: SoapService, data: bytes, records: str = "danhSach.hoSo", **more: Any) -> list[dict[str, Any]]:
    return list(soap.opened(io.BytesIO(data), ho_so, "TraCuu", records, **more))


def test_an_envelope_has_the_names_and_the_order_of_the_wsdl(ho_so: SoapService) -> None:
    from lxml import etree

    made = etree.fromstring(ho_so.envelope("TraCuu", {"loai": ["A", "B"], "maDonVi": "H15", "tuNgay": "2026-11-20"}))
    [call] = made.find(f"{{{SOAP11}}}Body")
    assert call.tag == f"{{{NS}}}TraCuu"
    assert [(child.tag, child.text) for child in call] == [
        (f"{{{NS}}}tuNgay", "2026-11-20"),
        (f"{{{NS}}}maDonVi", "H15"),
        (f"{{{NS}}}loai", "A"),
        (f"{{{NS}}}loai", "B"),
    ]


def test_header_elements_are_put_in_as_given(ho_so: SoapService) -> None:
    from lxml import etree

    one, two = etree.Element("{u}one"), etree.Element("{u}two")
    made = etree.fromstring(ho_so.envelope("TraCuu", {"tuNgay": "2026-11-20"}, [one, two]))
    assert [child.tag for child in made.find(f"{{{SOAP11}}}Header")] == ["{u}one", "{u}two"]


def test_what_a_call_needs_comes_from_the_wsdl(ho_so: SoapService, tmp_path: Path) -> None:
    assert ho_so.operations == ["DanhMuc", "TraCuu", "XoaHet"]
    assert ho_so.action("TraCuu") == "urn:TraCuu"
    assert ho_so.answer_element("TraCuu") == f"{{{NS}}}TraCuuResponse"
    assert ho_so.path("TraCuu") == "/dich-vu/ho-so.asmx"
    assert ho_so.headers("TraCuu") == {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '"urn:TraCuu"'}
    newer = service(tmp_path, port="P12")
    assert newer.path() == "/dich-vu/12"
    assert newer.headers("TraCuu") == {"Content-Type": 'application/soap+xml; charset=utf-8; action="urn:TraCuu"'}


@pytest.mark.parametrize(
    ("operation", "arguments", "named"),
    [
        ("KhongCo", {}, "KhongCo"),
        ("TraCuu", {"tuNgay": "2026-11-20", "khac": "1"}, "khac"),
        ("TraCuu", {"maDonVi": "H15"}, "tuNgay"),
        ("TraCuu", {"tuNgay": "079\x00123"}, "TraCuu"),
    ],
)
def test_a_call_the_wsdl_does_not_declare_is_a_wrong_configuration(
    ho_so: SoapService, operation: str, arguments: dict[str, Any], named: str
) -> None:
    with pytest.raises(WrongContract, match=named) as caught:
        ho_so.envelope(operation, arguments)
    assert caught.value.exit_code == 2
    assert "079" not in str(caught.value)


def test_an_operation_without_an_answer_has_none(ho_so: SoapService) -> None:
    with pytest.raises(WrongContract, match="no answer"):
        ho_so.answer_element("XoaHet")


def test_a_service_or_port_that_is_not_there_is_named(tmp_path: Path) -> None:
    service(tmp_path)
    for spec in (
        SoapSpec(tmp_path / "hop-dong/ho-so.wsdl", service="Khac"),
        SoapSpec(tmp_path / "hop-dong/ho-so.wsdl", port="P13"),
    ):
        with pytest.raises(WrongContract, match="HoSo"):
            SoapService(spec)


def test_records_are_read_from_the_declared_element(ho_so: SoapService) -> None:
    reading = soap.opened(
        io.BytesIO(
            envelope(answer(record("1"), record("2", more="<ghiChu/>")), header="<e:Header><id>7</id></e:Header>")
        ),
        ho_so,
        "TraCuu",
        "danhSach.hoSo",
    )
    assert list(reading) == [
        {"ma": "1", "trangThai": "2", "ngay": "2026-11-20"},
        {"ma": "2", "trangThai": "2", "ngay": "2026-11-20", "ghiChu": ""},
    ]
    assert (reading.members, reading.header) == ({"tong": "1", "danhSach": ""}, {"id": "7"})


def test_the_answer_element_itself_can_be_the_record(ho_so: SoapService) -> None:
    [whole] = read(ho_so, envelope(answer()), ".")
    assert whole["danhSach"]["hoSo"]["trangThai"] == "2"


def test_a_soap_12_service_reads_soap_12(tmp_path: Path) -> None:
    newer = service(tmp_path, port="P12")
    assert len(read(newer, envelope(answer(), SOAP12))) == 1
    with pytest.raises(FatalPortalError, match="SOAP version"):
        read(newer, envelope(answer(), SOAP11))


def test_rows_of_a_dataset_are_read(ho_so: SoapService) -> None:
    rows = (
        '<diffgr:diffgram xmlns:diffgr="urn:schemas-microsoft-com:xml-diffgram-v1"><NewDataSet xmlns="">'
        '<TABLE diffgr:id="T1"><Ma>01</Ma></TABLE></NewDataSet></diffgr:diffgram>'
    )
    schema = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"/>'
    body = f'<DanhMucResponse xmlns="{NS}"><DanhMucResult>{schema}{rows}</DanhMucResult></DanhMucResponse>'
    assert list(soap.opened(envelope(body), ho_so, "DanhMuc", "", diffgram=True)) == [{"Ma": "01"}]
    hidden = envelope(f'<DanhMucResponse xmlns="{NS}"/>', header=f"<e:Header>{rows}</e:Header>")
    with pytest.raises(NoRecords):
        list(soap.opened(hidden, ho_so, "DanhMuc", "", diffgram=True))


WRONG_DATA = {
    "a text for a number": (record(trang_thai="DANG_XU_LY_0791"), "trangThai"),
    "a day that is none": (record(ngay="2026-02-31"), "ngay"),
    "a field missing": ("<hoSo><ma xmlns=''>1</ma><ngay xmlns=''>2026-11-20</ngay></hoSo>", "ngay"),
    "fields in another order": ("<hoSo><trangThai>2</trangThai><ma xmlns=''>1</ma></hoSo>", "trangThai"),
    "a field nobody declared": (record(more="<moi>079123456789</moi>"), "moi"),
    "an attachment elsewhere (XOP)": (
        "<hoSo><ma xmlns=''><Include xmlns='http://www.w3.org/2004/08/xop/include' href='cid:1'/></ma></hoSo>",
        "ma",
    ),
    "XInclude": (
        record(more='<include xmlns="http://www.w3.org/2001/XInclude" href="file:///etc/hostname"/>'),
        "include",
    ),
}


@pytest.mark.parametrize(("bad", "named"), WRONG_DATA.values(), ids=list(WRONG_DATA))
def test_a_record_that_is_not_as_declared_ends_the_reading(ho_so: SoapService, bad: str, named: str) -> None:
    with pytest.raises(NotAsDeclared) as caught:
        read(ho_so, envelope(answer(record(), bad)))
    assert str(caught.value).startswith(f"record 2: element {named}, line ")
    assert "079" not in str(caught.value)


def test_records_that_are_not_as_declared_can_be_put_aside(ho_so: SoapService) -> None:
    aside: list[tuple[dict[str, Any], PortalError]] = []
    bad = [each for each, _ in WRONG_DATA.values()]
    data = envelope(answer(bad[0], record("1"), *bad[1:], record("2")))
    found = read(ho_so, data, invalid=lambda given, why: aside.append((given, why)))
    assert [each["ma"] for each in found] == ["1", "2"]
    assert aside[0][0]["trangThai"] == "DANG_XU_LY_0791"
    assert [type(why) for _, why in aside] == [NotAsDeclared] * len(bad)
    assert read(ho_so, envelope(answer(*bad)), invalid=lambda *_: None) == []


def test_what_is_around_the_records_is_judged_too(ho_so: SoapService) -> None:
    with pytest.raises(NotAsDeclared, match="element tong"):
        read(ho_so, envelope(answer(record(), record(), tong="nhieu")))
    with pytest.raises(NotAsDeclared, match="element danhSach"):
        read(ho_so, envelope(answer(record()).replace("<hoSo>", "<!--").replace("</hoSo>", "-->")))


OTHER_ANSWERS = {
    "another element": f'<KhacResponse xmlns="{NS}"/>',
    "the right name in another namespace": answer().replace(NS, "http://khac.example"),
    "two elements": answer() + answer(),
    "nothing": "",
}


@pytest.mark.parametrize("body", OTHER_ANSWERS.values(), ids=list(OTHER_ANSWERS))
def test_only_the_declared_element_is_an_answer(ho_so: SoapService, body: str) -> None:
    with pytest.raises(FatalPortalError, match="where the WSDL declares TraCuuResponse"):
        read(ho_so, envelope(body))


def test_a_second_body_is_no_answer(ho_so: SoapService) -> None:
    data = envelope(answer()).replace(b"</e:Envelope>", b"<e:Body/></e:Envelope>")
    with pytest.raises(FatalPortalError):
        read(ho_so, data)


def test_records_in_the_header_are_not_read(ho_so: SoapService) -> None:
    hidden = answer(record("gia"))
    data = envelope(answer(record("that")), header=f"<e:Header>{hidden}<e:Body>{hidden}</e:Body></e:Header>")
    assert [each["ma"] for each in read(ho_so, data)] == ["that"]


FAULTS = {
    "ours": (
        SOAP11,
        "<faultcode>e:Client</faultcode><faultstring>Sai ma</faultstring>",
        FatalPortalError,
        "Client: Sai ma",
    ),
    "theirs": (
        SOAP11,
        "<faultcode>e:Server</faultcode><faultstring>Ban</faultstring>",
        RetriablePortalError,
        "Server: Ban",
    ),
    "a number in it": (
        SOAP11,
        "<faultcode>e:Client</faultcode><faultstring>CCCD 079123456789\n khong co</faultstring>",
        FatalPortalError,
        "CCCD … khong co",
    ),
    "security": (SOAP11, "<faultcode>wsse:FailedAuthentication</faultcode>", FatalPortalError, "FailedAuthentication"),
    "of the exchange, passing": (
        SOAP11,
        "<faultcode>Server.ServerProxy.NetworkError</faultcode>",
        RetriablePortalError,
        "Network",
    ),
    "of the exchange, a refusal": (
        SOAP11,
        "<faultcode>Server.ServerProxy.AccessDenied</faultcode>",
        FatalPortalError,
        "Access",
    ),
    "SOAP 1.2": (
        SOAP12,
        "<e:Code><e:Value>e:Receiver</e:Value></e:Code><e:Reason><e:Text>Ban</e:Text></e:Reason>",
        RetriablePortalError,
        "Receiver: Ban",
    ),
    "empty": (SOAP11, "", FatalPortalError, "without a code"),
}


@pytest.mark.parametrize(("version", "fault", "kind", "text"), FAULTS.values(), ids=list(FAULTS))
def test_a_fault_says_whether_to_ask_again(
    ho_so: SoapService, version: str, fault: str, kind: type[PortalError], text: str
) -> None:
    with pytest.raises(kind, match=text) as caught:
        read(ho_so, envelope(f"<e:Fault>{fault}</e:Fault>", version))
    assert "079" not in str(caught.value)


NO_ENVELOPE: dict[str, tuple[bytes, type[PortalError]]] = {
    "plain XML": (b"<TraCuuResponse/>", FatalPortalError),
    "an envelope of nobody": (b"<Envelope><Body/></Envelope>", FatalPortalError),
    "an HTML page": (b"<!DOCTYPE html><html><body>Dang nhap</body></html>", SessionExpired),
    "nothing": (b"", BrokenAnswer),
    "a cut answer": (envelope(answer(*[record()] * 50))[:-30], BrokenAnswer),
    "a document type": (b"<!DOCTYPE e [<!ENTITY x 'y'>]>" + envelope(answer()), HostileAnswer),
    "thousands of attributes": (
        envelope(answer().replace("<tong>", "<tong " + " ".join(f"a{number}='1'" for number in range(50_000)) + ">")),
        HostileAnswer,
    ),
    "depth": (envelope(answer().replace("<tong>1", "<tong>" + "<a>" * 300 + "</a>" * 300)), HostileAnswer),
}


@pytest.mark.parametrize(("data", "kind"), NO_ENVELOPE.values(), ids=list(NO_ENVELOPE))
def test_what_is_no_envelope_is_refused(ho_so: SoapService, data: bytes, kind: type[PortalError]) -> None:
    with pytest.raises(kind):
        read(ho_so, data)


def test_a_place_without_records_is_not_an_empty_answer(ho_so: SoapService) -> None:
    with pytest.raises(NoRecords):
        read(ho_so, envelope(answer()), "khac.hoSo")


# --- contracts ---------------------------------------------------------------------------------------------------


def test_a_contract_may_import_files_of_its_own_folder(tmp_path: Path) -> None:
    inner = TYPES.replace(
        "<xs:schema ", '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:tns="{ns}" '.replace("{ns}", NS)
    )
    first, second = (part + "</xs:schema>" for part in inner.split("</xs:schema>")[:2])
    (tmp_path / "hop-dong").mkdir()
    (tmp_path / "hop-dong" / "chung.xsd").write_text(first.strip(), "utf-8")
    (tmp_path / "hop-dong" / "ho-so.xsd").write_text(
        second.strip().replace('chung"/>', 'chung" schemaLocation="chung.xsd"/>'), "utf-8"
    )
    importing = f'<xs:schema><xs:import namespace="{NS}" schemaLocation="ho-so.xsd"/></xs:schema>'
    made = service(tmp_path, wsdl(importing))
    assert len(read(made, envelope(answer()))) == 1
    with pytest.raises(NotAsDeclared, match="trangThai"):
        read(made, envelope(answer(record(trang_thai="x"))))


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    path = tmp_path / "canary.xsd"
    path.write_text(f"<canary>{CANARY}</canary>", "utf-8")
    return path


SCHEMA = '<xs:schema targetNamespace="u"><xs:{kind} schemaLocation="{where}"/></xs:schema>'
REACHING = {
    "wsdl:import over http": ('<wsdl:import namespace="u" location="{http}"/>', ""),
    "wsdl:import of a file": ('<wsdl:import namespace="u" location="{file}"/>', ""),
    "wsdl:import of the folder above": ('<wsdl:import namespace="u" location="../canary.xsd"/>', ""),
    "wsdl:import of a link that leads out": ('<wsdl:import namespace="u" location="link.xsd"/>', ""),
    "wsdl:import by an absolute path": ('<wsdl:import namespace="u" location="{path}"/>', ""),
    "xsd:import over http": ("", SCHEMA.replace("{kind}", 'import namespace="v"').replace("{where}", "{http}")),
    "xsd:import of a file": ("", SCHEMA.replace("{kind}", 'import namespace="v"').replace("{where}", "{file}")),
    "xsd:include over http": ("", SCHEMA.replace("{kind}", "include").replace("{where}", "{http}")),
    "xsd:include of the folder above": ("", SCHEMA.replace("{kind}", "include").replace("{where}", "../canary.xsd")),
}


@pytest.mark.parametrize(("before", "types"), REACHING.values(), ids=list(REACHING))
def test_a_contract_reaches_nothing_outside_its_folder(before: str, types: str, canary: Path, tmp_path: Path) -> None:
    def tell(_: Received) -> bytes:
        return reply(f"<canary>{CANARY}</canary>".encode())

    (tmp_path / "hop-dong").mkdir()
    (tmp_path / "hop-dong" / "link.xsd").symlink_to(canary)
    with answering(tell) as wire:
        text = wsdl(types + TYPES, before)
        for name, value in (("{http}", wire.address), ("{file}", canary.as_uri()), ("{path}", str(canary))):
            text = text.replace(name, value)
        with pytest.raises(WrongContract, match="own folder") as caught:
            service(tmp_path, text)
        assert wire.received == []
    assert CANARY not in str(caught.value)


DOCTYPES = {
    "a document type": "<!DOCTYPE x>",
    "a file entity": '<!DOCTYPE x [<!ENTITY e SYSTEM "{file}">]>',
    "an external DTD": '<!DOCTYPE x SYSTEM "{file}">',
}


@pytest.mark.parametrize("doctype", DOCTYPES.values(), ids=list(DOCTYPES))
def test_a_contract_with_a_document_type_is_refused(doctype: str, canary: Path, tmp_path: Path) -> None:
    text = wsdl().replace("?>", "?>" + doctype.replace("{file}", canary.as_uri()), 1)
    with pytest.raises(WrongContract, match="DOCTYPE"):
        service(tmp_path, text)


@pytest.mark.parametrize("text", ["<html/>", "{", wsdl().replace('element="tns:TraCuu"', 'element="tns:Khac"')])
def test_a_contract_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(WrongContract):
        service(tmp_path, text)


def test_a_contract_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WrongContract, match=r"khong-co\.wsdl"):
        SoapService(SoapSpec(tmp_path / "khong-co.wsdl"))


def test_the_contract_is_not_needed_after_it_was_read(tmp_path: Path) -> None:
    made = service(tmp_path)
    assert made.judge("TraCuu") is not None
    shutil.rmtree(tmp_path / "hop-dong")
    assert len(read(made, envelope(answer()), ".")) == 1
