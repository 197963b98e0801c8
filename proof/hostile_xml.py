"""Hostile XML documents, fetched over HTTP into a packed body and read the way a stream of XML records is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from connectors.http.client import Request
from connectors.xml import reading as xml
from proof.canary import Canary
from proof.hostile_wire import answered, whole

Case = Callable[[Canary], object]
ASK = Request("GET", "/list", packed=True)
RECORD = "<R><a><b>{}</b></a></R>"


def _read(document: bytes) -> object:
    reading = xml.records(answered(whole(document, "Content-Type: text/xml"), ASK).open(), "a.b")
    return [*reading, reading.members]


def _document(text: str, encoding: str = "utf-8") -> Case:
    """{http} and {file} in the text are the canaries' addresses."""

    def _case(bird: Canary) -> object:
        file = bird.file("xml.txt").as_uri()
        return _read(text.replace("{http}", f"{bird.address}/x.dtd").replace("{file}", file).encode(encoding))

    return _case


def _raw(document: bytes) -> Case:
    return lambda _: _read(document)


def _with_entity(declared: str) -> str:
    return f"<!DOCTYPE R [{declared}]>" + RECORD.format("&e;")


def _laughs(levels: int = 9) -> str:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, levels))
    return f'<!DOCTYPE R [<!ENTITY e0 "ha">{entities}]>' + RECORD.format(f"&e{levels - 1};")


def _quadratic() -> str:
    return f'<!DOCTYPE R [<!ENTITY e "{"x" * 50_000}">]>' + RECORD.format("&e;" * 2000)


def _inside_a_string(text: str) -> Case:
    """XML as the text of another document, as some portals wrap it."""

    def _case(bird: Canary) -> object:
        return xml.plain(text.replace("{file}", bird.file("inner.txt").as_uri()))

    return _case


ENTITIES: Mapping[str, Case] = {
    "a document type alone": _document("<!DOCTYPE R>" + RECORD.format("x")),
    "external entity: file": _document(_with_entity('<!ENTITY e SYSTEM "{file}">')),
    "external entity: http": _document(_with_entity('<!ENTITY e SYSTEM "{http}">')),
    "public entity: http": _document(_with_entity('<!ENTITY e PUBLIC "x" "{http}">')),
    "parameter entity: file": _document(_with_entity('<!ENTITY % p SYSTEM "{file}"> %p;')),
    "parameter entity: http": _document(_with_entity('<!ENTITY % p SYSTEM "{http}"> %p;')),
    "external document type: file": _document('<!DOCTYPE R SYSTEM "{file}">' + RECORD.format("x")),
    "external document type: http": _document('<!DOCTYPE R SYSTEM "{http}">' + RECORD.format("x")),
    "internal entity": _document(_with_entity('<!ENTITY e "text">')),
    "an entity nobody declared": _document(RECORD.format("&e;")),
    "billion laughs": _document(_laughs()),
    "quadratic blow-up": _document(_quadratic()),
    "external entity in UTF-16": _document(_with_entity('<!ENTITY e SYSTEM "{file}">'), "utf-16"),
    "a document type behind a long comment": _document(f"<!--{'x' * 300_000}-->" + _with_entity('<!ENTITY e "t">')),
    "external entity inside a string": _inside_a_string(_with_entity('<!ENTITY e SYSTEM "{file}">')),
}

SHAPES: Mapping[str, Case] = {
    "nested 5,000 deep": _document("<R>" + "<a>" * 5000 + "</a>" * 5000 + "</R>"),
    "10,000 attributes": _document("<R><a><b " + " ".join(f'x{n}="1"' for n in range(10_000)) + "/></a></R>"),
    "no element for megabytes": _document(" " * 900_000 + "<!--" + "x" * 90_000),
    "cut short": _document("<R><a><b>1</b><b>2</b>"),
    "two roots": _document(RECORD.format("1") + RECORD.format("2")),
    "a NUL": _raw(b"<R><a><b>\0</b></a></R>"),
    "a control character by number": _document(RECORD.format("&#1;")),
    "a login page in place of XML": _document("<html><body>Sign in</body></html>"),
}

ENCODINGS: Mapping[str, Case] = {
    "windows-1258 that says UTF-8": _raw(
        '<?xml version="1.0" encoding="utf-8"?><R><a><b>đ</b></a></R>'.encode("cp1258")
    ),
    "UTF-16 that says nothing": _raw(RECORD.format("x").encode("utf-16-be")[1:]),
    "an encoding nobody knows": _raw(b'<?xml version="1.0" encoding="x-invented"?><R><a><b>1</b></a></R>'),
    "half a character": _raw(b"<R><a><b>\xc4</b></a></R>"),
}

HARMLESS: Mapping[str, Case] = {
    "XInclude": _document(
        RECORD.format('<i:include xmlns:i="http://www.w3.org/2001/XInclude" parse="text" href="{file}"/>')
    ),
    "XInclude of an address": _document(
        RECORD.format('<i:include xmlns:i="http://www.w3.org/2001/XInclude" parse="text" href="{http}"/>')
    ),
    "a schema location": _document(
        '<R xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="{http}"><a><b/></a></R>'
    ),
    "UTF-7": _raw(b'<?xml version="1.0" encoding="utf-7"?><R><a><b>+ADw-c/+AD4-</b></a></R>'),
    "a style sheet": _document('<?xml-stylesheet type="text/xsl" href="{http}"?>' + RECORD.format("x")),
    "an attachment by address": _document(
        RECORD.format('<x:Include xmlns:x="http://www.w3.org/2004/08/xop/include" href="{file}"/>')
    ),
}

CASES: Mapping[str, Case] = {f"XML: {name}": case for name, case in {**ENTITIES, **SHAPES, **ENCODINGS}.items()}
