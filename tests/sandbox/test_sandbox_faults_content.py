"""Misbehaviour of the body: compression, size, characters, media type, what XML and JSON should not hold."""

import asyncio
import base64
import gzip
import json
import unicodedata
import zlib
from typing import Any

import msgspec
import pytest
import requests

from sandbox.faults import ANY_KIND
from sandbox.misbehaviour import Hit, misbehave
from sandbox.reply import Reply
from sandbox.testing import Running

pytestmark = pytest.mark.filterwarnings("error")
XML = "<?xml version='1.0' encoding='UTF-8'?><list><item><name>Nguyễn Thị Thử</name></item><item/></list>".encode()
LIMIT = 10_000_000


def raw(sandbox: Running, token: str, **fault: Any) -> requests.Response:
    """A page of three dossiers with its bytes as they came; `fault` is ordered for this call."""
    if fault:
        sandbox.order("province", "faults", {"match": "/pa", **fault}).raise_for_status()
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
    url = f"{sandbox.province}/pa/dossier/search?size=3"
    return sandbox.http.get(url, headers=headers, timeout=30, stream=True, allow_redirects=False)


def content(answer: requests.Response) -> bytes:
    """The body as it came, never inflated."""
    data: bytes = answer.raw.read(LIMIT, decode_content=False)
    answer.close()
    return data


def spoiled_xml(**fault: Any) -> str:
    """An XML answer after a fault."""
    order = msgspec.convert({"match": "/", **fault}, type=ANY_KIND)
    response = asyncio.run(misbehave(Hit(order), lambda: Reply(XML, media="text/xml;charset=UTF-8")))
    return bytes(response.body).decode()


@pytest.fixture(scope="module")
def good(sandbox: Running, token: str) -> bytes:
    """The page when nothing is wrong."""
    return content(raw(sandbox, token))


def test_a_gzip_nobody_asked_for(sandbox: Running, token: str, good: bytes) -> None:
    answer = raw(sandbox, token, kind="unasked_gzip")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(content(answer)) == good


def test_a_cut_gzip_in_a_body_of_the_right_length(sandbox: Running, token: str, good: bytes) -> None:
    answer = raw(sandbox, token, kind="gzip_truncated")
    packed = content(answer)
    inflating = zlib.decompressobj(wbits=31)
    assert good.startswith(inflating.decompress(packed))
    assert not inflating.eof
    assert int(answer.headers["Content-Length"]) == len(packed)


@pytest.mark.parametrize("layers", [1, 2])
def test_a_bomb_is_small_until_it_goes_off(sandbox: Running, token: str, good: bytes, layers: int) -> None:
    answer = raw(sandbox, token, kind="gzip_bomb", bytes=LIMIT, layers=layers)
    assert answer.headers["Content-Encoding"] == ", ".join(["gzip"] * layers)
    packed = content(answer)
    assert len(packed) * 100 < LIMIT
    for _ in range(layers):
        packed = gzip.decompress(packed)
    assert len(packed) == LIMIT
    assert packed.rstrip() == good


@pytest.mark.parametrize("declared", [True, False])
def test_a_huge_answer_says_its_length_or_not(sandbox: Running, token: str, good: bytes, declared: bool) -> None:
    answer = raw(sandbox, token, kind="huge", bytes=3_000_000, declared=declared)
    assert answer.headers.get("Content-Length") == ("3000000" if declared else None)
    body = answer.content
    assert (len(body), body.rstrip()) == (3_000_000, good)


@pytest.mark.parametrize("charset", ["windows-1258", "utf-16"])
def test_another_encoding_than_the_one_it_says(sandbox: Running, token: str, good: bytes, charset: str) -> None:
    answer = raw(sandbox, token, kind="wrong_charset", charset=charset)
    body = content(answer)
    assert answer.headers["Content-Type"] == "application/json;charset=UTF-8"
    with pytest.raises(UnicodeDecodeError):
        body.decode()
    assert unicodedata.normalize("NFC", body.decode(charset.replace("windows-", "cp"))) == good.decode()


def test_a_byte_order_mark(sandbox: Running, token: str, good: bytes) -> None:
    assert content(raw(sandbox, token, kind="bom")) == b"\xef\xbb\xbf" + good


def test_a_good_body_under_a_wrong_type(sandbox: Running, token: str, good: bytes) -> None:
    answer = raw(sandbox, token, kind="wrong_type")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert content(answer) == good


def test_json_nested_as_deep_as_asked(sandbox: Running, token: str, good: bytes) -> None:
    assert content(raw(sandbox, token, kind="nested", depth=1000)) == b"[" * 1000 + good + b"]" * 1000


def test_a_number_json_does_not_have(sandbox: Running, token: str, good: bytes) -> None:
    body = content(raw(sandbox, token, kind="nan", field="procedure.id"))
    constants: list[str] = []
    json.loads(body, parse_constant=constants.append)
    assert constants == ["NaN"]
    assert b"NaN" not in good


def test_a_nul_in_a_text(sandbox: Running, token: str) -> None:
    first, second, _ = json.loads(content(raw(sandbox, token, kind="nul", field="code")))["content"]
    assert "\x00" in first["code"]
    assert "\x00" not in second["code"]


def test_without_a_field_the_first_one_is_taken(sandbox: Running, token: str, good: bytes) -> None:
    first = next(name for name, value in json.loads(good)["content"][0].items() if not isinstance(value, dict | list))
    assert "\x00" in json.loads(content(raw(sandbox, token, kind="nul")))["content"][0][first]


@pytest.mark.parametrize("status", [301, 302, 307])
def test_a_redirect_to_anywhere(sandbox: Running, token: str, status: int) -> None:
    answer = raw(sandbox, token, kind="redirect", location="file:///nowhere/at/all", status=status)
    assert (answer.status_code, answer.headers["Location"]) == (status, "file:///nowhere/at/all")


def test_when_to_come_back_may_be_any_text(sandbox: Running, token: str) -> None:
    for text in ("Fri, 20 Nov 2099 08:00:00 GMT", "soon"):
        answer = raw(sandbox, token, kind="status", status=503, retry_after_text=text)
        assert answer.headers["Retry-After"] == text


def test_any_body_as_text(sandbox: Running, token: str) -> None:
    answer = raw(
        sandbox, token, kind="body", body="<lỗi/>", media="text/xml", status=500, headers={"X-Road-Error": "a.b"}
    )
    assert (answer.status_code, answer.headers["X-Road-Error"]) == (500, "a.b")
    assert answer.headers["Content-Type"].startswith("text/xml")
    assert content(answer) == "<lỗi/>".encode()


def test_any_body_as_bytes(sandbox: Running, token: str) -> None:
    every_byte = bytes(range(256))
    answer = raw(sandbox, token, kind="body", base64=base64.b64encode(every_byte).decode(), media="application/zip")
    assert content(answer) == every_byte


def test_a_doctype_stands_between_declaration_and_root() -> None:
    declaration, rest = XML.decode().split("?>", 1)
    assert spoiled_xml(kind="doctype") == f"{declaration}?>\n<!DOCTYPE list []>{rest}"


def test_an_external_entity_shows_in_the_first_text() -> None:
    text = spoiled_xml(kind="external_entity", location="file:///canary")
    assert '<!ENTITY outside SYSTEM "file:///canary">' in text
    assert "<name>&outside;Nguyễn" in text


def test_an_external_parameter_entity_is_used_in_the_doctype() -> None:
    text = spoiled_xml(kind="external_entity", location="http://127.0.0.1:9/x", parameter=True)
    assert '[<!ENTITY % outside SYSTEM "http://127.0.0.1:9/x"> %outside;]' in text
    assert "&outside;" not in text


def test_a_bomb_of_entities_has_its_levels() -> None:
    text = spoiled_xml(kind="xml_bomb", levels=3)
    assert text.count("<!ENTITY") == 4
    assert text.count("&e2;") == 10
    assert "<name>&e3;Nguyễn" in text


def test_xml_is_nested_in_elements() -> None:
    assert spoiled_xml(kind="nested", depth=2) == XML.decode().replace("Nguyễn", "<n><n></n></n>Nguyễn")


def test_values_of_xml_records_are_spoiled_too() -> None:
    assert "<name>NaN</name>" in spoiled_xml(kind="nan")
    assert "<name>nul\x00nul</name>" in spoiled_xml(kind="nul", field="name")


def test_a_portal_that_speaks_json_sends_a_small_document_with_the_doctype(sandbox: Running, token: str) -> None:
    answer = raw(sandbox, token, kind="xml_bomb")
    assert answer.headers["Content-Type"].startswith("text/xml")
    assert content(answer).lstrip().startswith(b"<!DOCTYPE answer [<!ENTITY e0")
