"""WS-Security: what we sign others can check, and only what is signed is believed."""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from lxml import etree

from connectors.errors import FatalPortalError, PortalError
from connectors.soap import wsse
from connectors.soap.wsse import SignatureRefused, Signer, UsernameToken

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
DS = "http://www.w3.org/2000/09/xmldsig#"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
NAMES = {"e": SOAP, "wsu": WSU, "wsse": WSSE, "ds": DS}
NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
MESSAGE = (
    f'<e:Envelope xmlns:e="{SOAP}" xmlns:unused="urn:u"><e:Body><r:TraCuuResponse xmlns:r="http://bothidu.example">'
    "<r:ten a='1' b=\"2\">Sở Tư pháp &amp; Hộ tịch\r\n</r:ten><!-- x --><r:so><![CDATA[<7>]]></r:so></r:TraCuuResponse></e:Body></e:Envelope>"
).encode()

Key = rsa.RSAPrivateKey


def _signer(name: str, days: int = 30) -> Signer:
    key = rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=60))
        .not_valid_after(NOW + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    return Signer(made, key)


PORTAL, OTHER = _signer("bo-thi-du"), _signer("ke-khac")


def signed(signer: Signer = PORTAL, now: datetime = NOW, message: bytes = MESSAGE) -> bytes:
    return wsse.secured(message, signer=signer, now=now)


def body_of(envelope: bytes) -> Any:
    [body] = etree.fromstring(envelope)
    return body


def believed(answer: bytes, now: datetime = NOW, **more: Any) -> bytes:
    return wsse.verify(answer, PORTAL.certificate, now=now, **more)


def test_what_was_signed_is_given_back_and_nothing_else() -> None:
    root = etree.fromstring(signed())
    etree.SubElement(root[0], "{urn:u}unsigned").text = "x"
    found = etree.fromstring(believed(etree.tostring(root)))
    assert [child.tag for child in found] == [f"{{{SOAP}}}Body"]
    assert found.findtext(".//{*}ten") == "Sở Tư pháp & Hộ tịch\n"
    assert found.findtext(".//{*}so") == "<7>"


def test_others_can_check_our_signature_by_the_standards_alone() -> None:
    root = etree.fromstring(signed())
    [info] = root.findall("e:Header/wsse:Security/ds:Signature/ds:SignedInfo", NAMES)
    canonical = etree.tostring(info, method="c14n", exclusive=True, with_comments=False)
    value = base64.b64decode(root.findtext(".//ds:SignatureValue", namespaces=NAMES))
    PORTAL.key.public_key().verify(value, canonical, padding.PKCS1v15(), hashes.SHA256())
    references = info.findall("ds:Reference", NAMES)
    for reference in references:
        [meant] = [each for each in root.iter() if each.get(f"{{{WSU}}}Id") == reference.get("URI")[1:]]
        digest = hashlib.sha256(
            etree.tostring(meant, method="c14n", exclusive=True, with_comments=False, with_tail=False)
        ).digest()
        assert base64.b64decode(reference.findtext("ds:DigestValue", namespaces=NAMES)) == digest
    assert len(references) == 2
    token = root.find(".//wsse:BinarySecurityToken", NAMES)
    assert base64.b64decode(token.text) == PORTAL.certificate.public_bytes(Encoding.DER)
    carried = root.find(".//wsse:SecurityTokenReference/wsse:Reference", NAMES)
    assert carried.get("URI") == "#" + token.get(f"{{{WSU}}}Id")


def test_a_username_token_carries_a_digest_never_the_password() -> None:
    made = wsse.secured(MESSAGE, token=UsernameToken("H15", "mat-khau-079"), now=NOW)
    token = etree.fromstring(made).find("e:Header/wsse:Security/wsse:UsernameToken", NAMES)
    said = {etree.QName(each).localname: each.text for each in token}
    expected = hashlib.sha1(base64.b64decode(said["Nonce"]) + said["Created"].encode() + b"mat-khau-079").digest()
    assert (said["Username"], base64.b64decode(said["Password"])) == ("H15", expected)
    assert token.find("wsse:Password", NAMES).get("Type").endswith("#PasswordDigest")
    assert b"mat-khau" not in made
    assert "mat-khau" not in repr(UsernameToken("H15", "mat-khau-079"))
    again = wsse.secured(MESSAGE, token=UsernameToken("H15", "mat-khau-079"), now=NOW)
    assert etree.fromstring(again).findtext(".//wsse:Nonce", namespaces=NAMES) != said["Nonce"]


def test_token_and_signature_go_together_and_the_message_has_an_hour() -> None:
    made = wsse.secured(MESSAGE, token=UsernameToken("H15", "x"), signer=PORTAL, lasts=timedelta(hours=1), now=NOW)
    security = etree.fromstring(made).find("e:Header/wsse:Security", NAMES)
    assert [etree.QName(each).localname for each in security] == [
        "BinarySecurityToken",
        "Timestamp",
        "UsernameToken",
        "Signature",
    ]
    assert security.get(f"{{{SOAP}}}mustUnderstand") == "1"
    assert security.findtext("wsu:Timestamp/wsu:Expires", namespaces=NAMES) == "2026-11-20T04:00:00.000Z"
    assert believed(made)


def test_other_header_elements_stay_where_they_are() -> None:
    message = MESSAGE.replace(b"<e:Body>", b"<e:Header><id>7</id></e:Header><e:Body>", 1)
    header = etree.fromstring(signed(message=message)).find("e:Header", NAMES)
    assert [etree.QName(each).localname for each in header] == ["id", "Security"]


# --- attacks -----------------------------------------------------------------------------------------------------

Attack = Callable[[Any], None]


def security(root: Any) -> Any:
    return root.find("e:Header/wsse:Security", NAMES)


def evil() -> Any:
    return etree.fromstring(f'<e:Body xmlns:e="{SOAP}"><r>EVIL</r></e:Body>')


def wrap_into_header(root: Any) -> None:
    body = root.find("e:Body", NAMES)
    etree.SubElement(root.find("e:Header", NAMES), "{urn:u}Wrapper").append(body)
    root.append(evil())


def wrap_with_the_same_id(root: Any) -> None:
    body = root.find("e:Body", NAMES)
    false = evil()
    false.set(f"{{{WSU}}}Id", body.get(f"{{{WSU}}}Id"))
    etree.SubElement(root.find("e:Header", NAMES), "{urn:u}Wrapper").append(body)
    root.append(false)


def wrap_with_another_kind_of_id(root: Any) -> None:
    body = root.find("e:Body", NAMES)
    etree.SubElement(root, "{urn:u}x").set("ID", body.get(f"{{{WSU}}}Id"))


def second_body(root: Any) -> None:
    root.append(evil())


def body_under_another_root(root: Any) -> None:
    wrapper = etree.SubElement(root, "{urn:u}x")
    wrapper.append(root.find("e:Body", NAMES))


def tamper_body(root: Any) -> None:
    root.find(".//{*}so", NAMES).text = "8"


def tamper_timestamp(root: Any) -> None:
    security(root).find("wsu:Timestamp/wsu:Created", NAMES).text = "2026-11-20T03:00:01.000Z"


def tamper_signed_info(root: Any) -> None:
    root.findall(".//ds:DigestValue", NAMES)[0].text = base64.b64encode(bytes(32)).decode()


def drop_signature(root: Any) -> None:
    security(root).remove(security(root).find("ds:Signature", NAMES))


def drop_security(root: Any) -> None:
    root.remove(root.find("e:Header", NAMES))


def drop_timestamp(root: Any) -> None:
    security(root).remove(security(root).find("wsu:Timestamp", NAMES))


def drop_body_id(root: Any) -> None:
    root.find("e:Body", NAMES).attrib.clear()


def second_signature(root: Any) -> None:
    signature = security(root).find("ds:Signature", NAMES)
    root.find("e:Header", NAMES).append(etree.fromstring(etree.tostring(signature)))


def second_timestamp(root: Any) -> None:
    security(root).insert(0, etree.fromstring(f'<t:Timestamp xmlns:t="{WSU}"/>'))


def second_security(root: Any) -> None:
    root.find("e:Header", NAMES).insert(0, etree.fromstring(f'<s:Security xmlns:s="{WSSE}"/>'))


def set_algorithm(path: str, value: str) -> Attack:
    def change(root: Any) -> None:
        root.find(path, NAMES).set("Algorithm", value)

    return change


def add_transform(root: Any) -> None:
    etree.SubElement(
        root.find(".//ds:Transforms", NAMES),
        f"{{{DS}}}Transform",
        Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116",
    )


def empty_reference(root: Any) -> None:
    root.find(".//ds:Reference", NAMES).set("URI", "")


def reference_elsewhere(root: Any) -> None:
    root.find(".//ds:Reference", NAMES).set("URI", "http://127.0.0.1:9/x")


def reference_by_xpointer(root: Any) -> None:
    root.find(".//ds:Reference", NAMES).set("URI", "#xpointer(/)")


def many_references(root: Any) -> None:
    info = root.find(".//ds:SignedInfo", NAMES)
    for _ in range(40):
        info.append(etree.fromstring(etree.tostring(info[-1])))


def many_attributes(root: Any) -> None:
    element = etree.SubElement(root.find("e:Header", NAMES), "{urn:u}x")
    for number in range(2_000):
        element.set(f"a{number}", "1")


def other_certificate_in_the_message(root: Any) -> None:
    der = OTHER.certificate.public_bytes(Encoding.DER)
    root.find(".//wsse:BinarySecurityToken", NAMES).text = base64.b64encode(der).decode()


ATTACKS: dict[str, Attack] = {
    "the signed Body moved into the header": wrap_into_header,
    "the signed Body moved, its Id used again": wrap_with_the_same_id,
    "its Id used again under another name": wrap_with_another_kind_of_id,
    "a second Body": second_body,
    "the Body under another element": body_under_another_root,
    "another value in the Body": tamper_body,
    "another time in the Timestamp": tamper_timestamp,
    "another digest": tamper_signed_info,
    "no signature": drop_signature,
    "no Security header": drop_security,
    "no Timestamp": drop_timestamp,
    "the Body's Id taken away": drop_body_id,
    "a second signature": second_signature,
    "a second Timestamp": second_timestamp,
    "a second Security header": second_security,
    "RSA-SHA1": set_algorithm(".//ds:SignatureMethod", "http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
    "HMAC": set_algorithm(".//ds:SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"),
    "a SHA-1 digest": set_algorithm(".//ds:DigestMethod", "http://www.w3.org/2000/09/xmldsig#sha1"),
    "inclusive C14N": set_algorithm(".//ds:CanonicalizationMethod", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
    "a transform with comments": set_algorithm(".//ds:Transform", EXCLUSIVE + "WithComments"),
    "an enveloped-signature transform": set_algorithm(".//ds:Transform", f"{DS}enveloped-signature"),
    "one transform more": add_transform,
    "a reference to the whole": empty_reference,
    "a reference to an address": reference_elsewhere,
    "a reference by XPointer": reference_by_xpointer,
    "references without end": many_references,
    "attributes without end": many_attributes,
    "the certificate of another in the message": other_certificate_in_the_message,
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=list(ATTACKS))
def test_what_was_changed_or_moved_is_not_believed(attack: Attack) -> None:
    root = etree.fromstring(signed())
    assert believed(etree.tostring(root))
    attack(root)
    with pytest.raises(SignatureRefused) as caught:
        believed(etree.tostring(root))
    assert "EVIL" not in str(caught.value)


def test_only_the_configured_certificate_is_believed() -> None:
    with pytest.raises(SignatureRefused, match="another certificate"):
        believed(signed(OTHER))
    root = etree.fromstring(signed(OTHER))
    token = root.find(".//wsse:BinarySecurityToken", NAMES)
    token.text = base64.b64encode(PORTAL.certificate.public_bytes(Encoding.DER)).decode()
    with pytest.raises(SignatureRefused, match="does not hold"):
        believed(etree.tostring(root))


def test_a_certificate_out_of_date_is_not_believed() -> None:
    old = _signer("cu", days=-1)
    with pytest.raises(SignatureRefused, match="valid from 2026-09-21 to 2026-11-19"):
        wsse.verify(signed(old), old.certificate, now=NOW)


@pytest.mark.parametrize("minutes", [-1, 0, 4, 6])
def test_a_fresh_answer_is_believed_although_clocks_differ(minutes: int) -> None:
    assert believed(signed(), NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize(("minutes", "text"), [(-3, "in the future"), (8, "480 s ago"), (60 * 24, "replay")])
def test_a_stale_answer_or_one_from_the_future_is_not(minutes: int, text: str) -> None:
    with pytest.raises(SignatureRefused, match=text):
        believed(signed(), NOW + timedelta(minutes=minutes))


def test_freshness_and_skew_can_be_set() -> None:
    long = wsse.secured(MESSAGE, signer=PORTAL, now=NOW, lasts=timedelta(hours=2))
    assert believed(long, NOW + timedelta(minutes=59), freshness=timedelta(hours=1))
    with pytest.raises(SignatureRefused):
        believed(long, NOW + timedelta(minutes=59))
    with pytest.raises(SignatureRefused):
        believed(signed(), NOW + timedelta(seconds=-30), skew=timedelta(seconds=5))


NO_ANSWERS: dict[str, bytes] = {
    "unsigned": MESSAGE,
    "no envelope": b"<a/>",
    "an envelope of nobody": b"<Envelope><Body/></Envelope>",
    "nothing": b"",
    "a document type": b"<!DOCTYPE e>" + MESSAGE,
}


@pytest.mark.parametrize("answer", NO_ANSWERS.values(), ids=list(NO_ANSWERS))
def test_what_is_not_signed_is_not_believed(answer: bytes) -> None:
    with pytest.raises(PortalError):
        believed(answer)


def test_nothing_of_a_message_reaches_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        assert believed(signed())
    assert "pháp" not in caplog.text


def pem(signer: Signer, folder: Path, password: str = "") -> tuple[Path, Path]:
    certificate, key = folder / "chung-thu.pem", folder / "khoa.pem"
    certificate.write_bytes(signer.certificate.public_bytes(Encoding.PEM))
    locked = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    key.write_bytes(signer.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked))
    return certificate, key


@pytest.mark.parametrize("password", ["", "mo-khoa"])
def test_certificate_and_key_are_read_from_files(tmp_path: Path, password: str) -> None:
    read = wsse.signer_from(*pem(PORTAL, tmp_path, password), password)
    assert believed(signed(read))
    assert "PrivateKey" not in repr(read)


def test_files_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    certificate, key = pem(PORTAL, tmp_path, "mo-khoa")
    elliptic = tmp_path / "ec.pem"
    made = ec.generate_private_key(ec.SECP256R1())
    elliptic.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    for used, password in ((key, "sai"), (key, ""), (tmp_path / "khong-co.pem", ""), (certificate, ""), (elliptic, "")):
        with pytest.raises(FatalPortalError, match=used.name.replace(".", r"\.")):
            wsse.signer_from(certificate, used, password)
    with pytest.raises(FatalPortalError, match=r"khoa\.pem"):
        wsse.certificate_from(key)
