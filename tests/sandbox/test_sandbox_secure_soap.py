"""The signed service: what it demands of a request, what it promises of an answer, and how it breaks its promise."""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree

from sandbox.secure_soap.identity import make_identity
from sandbox.secure_soap.names import PASSWORD_DIGEST, ds, wsse, wsu
from sandbox.testing import Running, running_sandbox
from tests.helpers.signed_calls import LIST, NAMESPACE, Spoil, call, file
from tests.helpers.soap_calls import SOAP, assert_valid, content, fault, schema, texts

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(scope="module")
def ministry() -> Iterator[Running]:
    """A sandbox with this portal alone."""
    with running_sandbox("--only", "secure-soap", "--dossiers", "0") as running:
        yield running


@pytest.fixture(autouse=True)
def _good(ministry: Running) -> Iterator[None]:
    yield
    order(ministry, "good")


def order(running: Running, answer: str) -> requests.Response:
    """Says how answers are signed from now on."""
    return running.order("secure-soap", "signature", {"answer": answer})


def canonical(node: Any) -> bytes:
    """The exclusive canonical form."""
    return bytes(etree.tostring(node, method="c14n", exclusive=True))


def verdicts(running: Running, answer: requests.Response) -> dict[str, bool]:
    """What an answer's security is worth, point by point."""
    root = etree.fromstring(answer.content)
    security = root.find(f"{{{SOAP}}}Header/{wsse('Security')}")
    if security is None:
        return {"signed": False}
    server = x509.load_pem_x509_certificate(file(running, "portal_certificate"))
    token = b64decode(security.findtext(wsse("BinarySecurityToken")))
    info = security.find(f"{ds('Signature')}/{ds('SignedInfo')}")
    value = b64decode(security.findtext(f"{ds('Signature')}/{ds('SignatureValue')}"))
    created = datetime.fromisoformat(security.findtext(f"{wsu('Timestamp')}/{wsu('Created')}"))
    key: Any = x509.load_der_x509_certificate(token).public_key()
    try:
        key.verify(value, canonical(info), padding.PKCS1v15(), hashes.SHA256())
        by_token = True
    except InvalidSignature:
        by_token = False
    digests = {
        reference.get("URI")[1:]: reference.findtext(ds("DigestValue")) for reference in info.iter(ds("Reference"))
    }
    signed = {node.get(wsu("Id")): node for node in root.iter() if node.get(wsu("Id")) in digests}
    return {
        "signed": by_token,
        "by_the_server": token == server.public_bytes(serialization.Encoding.DER),
        "fresh": datetime.now(UTC) - created < timedelta(minutes=5),
        "digests_match": all(
            b64encode(hashlib.sha256(canonical(signed[name])).digest()).decode() == digest
            for name, digest in digests.items()
        ),
        "body_is_signed": root.find(f"{{{SOAP}}}Body") in signed.values(),
        "timestamp_is_signed": security.find(wsu("Timestamp")) in signed.values(),
    }


def test_a_good_request_gets_a_good_answer(ministry: Running) -> None:
    answer = call(ministry)
    assert answer.status_code == 200
    assert all(verdicts(ministry, answer).values())
    assert_valid(schema("secure-soap/HoSo.wsdl"), content(answer))
    records = content(answer).findall("{*}hoSo")
    assert int(content(answer).findtext("{*}tongSo")) >= len(records) > 0
    assert any(record.findtext("{*}ngayKetThuc") for record in records)


@pytest.mark.parametrize(
    ("ordered", "failing"),
    [
        ("unsigned", {"signed"}),
        ("other_certificate", {"by_the_server"}),
        ("stale", {"fresh"}),
        ("wrapped", {"body_is_signed"}),
        ("tampered", {"digests_match"}),
    ],
)
def test_each_misdeed_breaks_one_promise(ministry: Running, ordered: str, failing: set[str]) -> None:
    assert order(ministry, ordered).json() == {"answer": ordered}
    answer = call(ministry)
    assert answer.status_code == 200
    assert {point for point, holds in verdicts(ministry, answer).items() if not holds} == failing
    forged = content(answer).findtext("{*}hoSo/{*}maHoSo") == "GIA-MAO-000000-0001"
    assert forged == (ordered in {"wrapped", "tampered"})


def test_an_answer_without_dossiers_can_be_spoiled_too(ministry: Running) -> None:
    nobody = f'<TraCuuHoSo xmlns="{NAMESPACE}"><maHoSo>X</maHoSo></TraCuuHoSo>'
    assert len(content(call(ministry, nobody))) == 0
    order(ministry, "tampered")
    assert not verdicts(ministry, call(ministry, nobody))["digests_match"]


def drop(name: str) -> Spoil:
    """Takes an element out of the request."""

    def spoil(root: Any) -> None:
        node = root.find(f".//{name}")
        node.getparent().remove(node)

    return spoil


def alter(name: str, text: str) -> Spoil:
    """Changes an element's text after the signature."""

    def spoil(root: Any) -> None:
        root.find(f".//{name}").text = text

    return spoil


def wrap(root: Any) -> None:
    """Moves the signed Body into a header and puts another in its place."""
    body = root.find(f"{{{SOAP}}}Body")
    other = etree.fromstring(etree.tostring(body))
    del other.attrib[wsu("Id")]
    root.replace(body, other)
    root.find(f"{{{SOAP}}}Header").append(body)


def plain_password(root: Any) -> None:
    """Calls the password plain text."""
    root.find(f".//{wsse('Password')}").set("Type", PASSWORD_DIGEST.replace("Digest", "Text"))


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (drop(wsse("Security")), "wsse:InvalidSecurity"),
        (drop(wsse("UsernameToken")), "wsse:InvalidSecurity"),
        (drop(wsse("BinarySecurityToken")), "wsse:InvalidSecurity"),
        (drop(ds("Signature")), "wsse:InvalidSecurity"),
        (drop(ds("Reference")), "wsse:FailedCheck"),
        (drop(wsu("Timestamp")), "wsse:InvalidSecurity"),
        (alter(f"{{{NAMESPACE}}}denNgay", "2026-12-31"), "wsse:FailedCheck"),
        (alter(f"{wsu('Timestamp')}/{wsu('Expires')}", "2099-01-01T00:00:00Z"), "wsse:FailedCheck"),
        (alter(ds("SignatureValue"), b64encode(b"x" * 256).decode()), "wsse:FailedCheck"),
        (alter(wsse("Username"), "H99"), "wsse:FailedAuthentication"),
        (plain_password, "wsse:InvalidSecurity"),
        (wrap, "wsse:FailedCheck"),
    ],
)
def test_a_spoiled_request_is_refused_with_an_unsigned_fault(ministry: Running, spoil: Spoil, kind: str) -> None:
    answer = call(ministry, spoil=spoil)
    assert (answer.status_code, fault(answer)[0]) == (500, kind)
    assert verdicts(ministry, answer) == {"signed": False}


def test_a_stranger_a_wrong_password_and_an_old_message_are_refused(ministry: Running) -> None:
    assert fault(call(ministry, identity=make_identity("Stranger")))[0] == "wsse:InvalidSecurityToken"
    assert fault(call(ministry, password="guess"))[0] == "wsse:FailedAuthentication"
    assert fault(call(ministry, age=timedelta(hours=1)))[0] == "wsse:MessageExpired"


def test_a_nonce_is_good_once(ministry: Running) -> None:
    assert call(ministry, nonce=b"only once").status_code == 200
    assert fault(call(ministry, nonce=b"only once")) == ("wsse:FailedAuthentication", "The nonce was used before")


@pytest.mark.parametrize("answer", ["", "forged"])
def test_a_bad_order_is_refused(ministry: Running, answer: str) -> None:
    assert order(ministry, answer).status_code == 422


def test_pages_and_codes_agree(ministry: Running) -> None:
    codes: list[str] = []
    for page in range(1, 10):
        asked = "<tuNgay>2026-01-01</tuNgay><denNgay>2027-01-01</denNgay>"
        answer = call(ministry, f'<DanhSachHoSo xmlns="{NAMESPACE}">{asked}<trang>{page}</trang></DanhSachHoSo>')
        codes += [code.text for code in content(answer).iter("{*}maHoSo")]
        if len(codes) >= int(content(answer).findtext("{*}tongSo")):
            break
    assert len(codes) == len(set(codes)) == int(content(answer).findtext("{*}tongSo")) > 100
    one = content(call(ministry, f'<TraCuuHoSo xmlns="{NAMESPACE}"><maHoSo>{codes[7]}</maHoSo></TraCuuHoSo>'))
    assert texts(one[0])["maHoSo"] == codes[7]


@pytest.mark.parametrize("operation", [LIST.replace("2026-11-01", "01/11/2026"), f'<Xoa xmlns="{NAMESPACE}"/>'])
def test_a_signed_but_wrong_call_is_a_clients_fault(ministry: Running, operation: str) -> None:
    assert fault(call(ministry, operation))[0] == "soap:Client"


def test_the_files_are_gone_after_the_end() -> None:
    with running_sandbox("--only", "secure-soap", "--dossiers", "0") as running:
        files = [Path(path) for path in running.connections["secure-soap"]["extra"].values()]
        assert {path.stat().st_mode & 0o077 for path in {path.parent for path in files}} == {0}
        assert all(path.is_file() for path in files)
    assert not any(path.parent.exists() for path in files)
