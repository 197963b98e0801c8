"""XML → plain dicts: the naming rule, streaming, and everything a hostile or broken document may try."""

from __future__ import annotations

import io
import threading
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest

from connectors.decode import BrokenAnswer
from connectors.errors import FatalPortalError, PortalError, SessionExpired
from connectors.xml import reading as xml
from connectors.xml.reading import Guards, HostileAnswer, NoRecords
from tests.helpers.wire import Received, answering, reply

CANARY = "KHONG-DUOC-DOC-079"
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
DATASET = (
    '<diffgr:diffgram xmlns:diffgr="urn:schemas-microsoft-com:xml-diffgram-v1"'
    ' xmlns:msdata="urn:schemas-microsoft-com:xml-msdata">'
)


def everything(data: bytes, path: str = "r") -> list[Any]:
    """What each way of reading gives, so that a guard cannot be missing from one of them."""
    found: list[Any] = []
    for read in (
        lambda: xml.plain(data),
        lambda: list(xml.records(io.BytesIO(data), path)),
        lambda: list(xml.diffgram(data)),
    ):
        try:
            found.append(read())
        except PortalError as error:
            found.append(error)
    return found


RULE: dict[str, tuple[str, Any]] = {
    "text only is a string": ("<R><a>x</a></R>", {"a": "x"}),
    "nothing is an empty string": ("<R><a/><b></b></R>", {"a": "", "b": ""}),
    "children make an object": ("<R><a><b>1</b></a></R>", {"a": {"b": "1"}}),
    "repeated children make a list": ("<R><a>1</a><b/><a>2</a><a>3</a></R>", {"a": ["1", "2", "3"], "b": ""}),
    "attributes stand beside text": ('<R><a i="1">x</a></R>', {"a": {"@i": "1", "#text": "x"}}),
    "attributes stand beside children": ('<R><a i="1"><b>x</b></a></R>', {"a": {"@i": "1", "b": "x"}}),
    "attributes alone are kept": ('<R><a i="1"/></R>', {"a": {"@i": "1"}}),
    "namespaces go": (
        '<p:R xmlns:p="u" xmlns="v"><p:a p:i="1">x</p:a><b>y</b></p:R>',
        {"a": {"@i": "1", "#text": "x"}, "b": "y"},
    ),
    "nil is null": (
        f'<R {XSI}><a xsi:nil="true"/><b xsi:nil="1"/><c xsi:nil="false">x</c></R>',
        {"a": None, "b": None, "c": "x"},
    ),
    "types said by attributes go": (f'<R {XSI}><a xsi:type="s">x</a></R>', {"a": "x"}),
    "text is not trimmed": ("<R><a> x\n y </a></R>", {"a": " x\n y "}),
    "characters are not composed": ("<R><a>a\u0300</a></R>", {"a": "a\u0300"}),
    "CDATA is text": ("<R><a>1<![CDATA[<b>&]]>2</a></R>", {"a": "1<b>&2"}),
    "a comment does not cut a text": ("<R><a>079<!-- x -->123<?p q?>456</a></R>", {"a": "079123456"}),
    "text around children is kept": ("<R><a>Sở<br/>Nội vụ</a></R>", {"a": {"br": "", "#text": "SởNội vụ"}}),
    "white space between children goes": ("<R>\n <a>\n  <b>1</b>\n </a>\n</R>", {"a": {"b": "1"}}),
    "escaped markup is text": ("<R><a>&lt;b&gt;&amp;</a></R>", {"a": "<b>&"}),
    "a root with only text is that text": ("<R>x</R>", "x"),
}


@pytest.mark.parametrize(("document", "expected"), RULE.values(), ids=list(RULE))
def test_the_rule_by_which_xml_becomes_plain(document: str, expected: Any) -> None:
    assert xml.plain(document.encode()) == expected


def test_names_in_any_case_come_in_lower_case() -> None:
    document = "<Envelope><Header><countryCode>VN</countryCode><CountryCode>LA</CountryCode></Header></Envelope>"
    assert xml.plain(document, ignore_case=True) == {"header": {"countrycode": ["VN", "LA"]}}
    assert list(xml.records("<R><DS><Hs>1</Hs><hS>2</hS></DS></R>", "ds.HS", ignore_case=True)) == [
        {"#text": "1"},
        {"#text": "2"},
    ]


ENCODED = {
    "utf-8": ("utf-8", "Đắk Lắk"),
    "utf-8 with a mark": ("utf-8-sig", "Đắk Lắk"),
    "utf-16": ("utf-16", "Đắk Lắk"),
    "iso-8859-1": ("iso-8859-1", "Hà Nam"),
    "windows-1258": ("windows-1258", "Đà La\u0323t"),
}


@pytest.mark.parametrize(("charset", "text"), ENCODED.values(), ids=list(ENCODED))
def test_a_document_is_read_in_the_encoding_it_declares(charset: str, text: str) -> None:
    declared = charset.removesuffix("-sig")
    document = f'<?xml version="1.0" encoding="{declared}"?><R><r><a>{text}</a></r></R>'.encode(charset)
    # The table of windows-1258 composes letters with their marks while it decodes.
    composed = normalize("NFC", text)
    assert xml.plain(document) == {"r": {"a": composed}}
    assert list(xml.records(io.BytesIO(document), "r")) == [{"a": composed}]


def test_a_document_found_as_text_keeps_its_characters_whatever_encoding_it_declares() -> None:
    assert xml.plain('\r\n <?xml version="1.0" encoding="utf-16"?><R><a>Đắk Lắk</a></R>') == {"a": "Đắk Lắk"}


def test_records_come_while_the_document_is_read_and_the_rest_becomes_members() -> None:
    document = "<p:R xmlns:p='u'><tong>3</tong><ds><trang>1</trang>\n<h><m>1</m></h> <h><m>2</m><h>x</h></h></ds><h>no</h><ds/><ds><h/></ds></p:R>"
    reading = xml.records(io.BytesIO(document.encode()), "ds.h")
    assert reading.members == {}
    assert list(reading) == [{"m": "1"}, {"m": "2", "h": "x"}, {}]
    assert reading.members == {"tong": "3", "ds": [{"trang": "1"}, "", ""], "h": "no"}


def test_the_answer_itself_can_be_the_record() -> None:
    reading = xml.records(b"<R><a>1</a></R>", ".")
    assert (list(reading), reading.members) == ([{"a": "1"}], {})


def test_no_records_in_a_place_that_is_there_is_an_empty_list() -> None:
    for document, path in (("<R><ds/></R>", "ds.h"), ("<R><x>1</x></R>", "h"), ("<R><ds>\n</ds></R>", "ds.h")):
        assert list(xml.records(document, path)) == []


def test_a_place_that_is_not_there_is_an_error_and_the_members_say_why() -> None:
    reading = xml.records("<R><maLoi>101</maLoi><moTa>het phien</moTa></R>", "ds.h")
    with pytest.raises(NoRecords, match="maLoi, moTa"):
        list(reading)
    assert reading.members == {"maLoi": "101", "moTa": "het phien"}


def test_rows_of_a_dataset_come_without_its_bookkeeping() -> None:
    document = (
        f"<R><schema/>{DATASET}<NewDataSet><TABLE diffgr:id='T1' msdata:rowOrder='0'><Ma>01</Ma></TABLE>"
        "<TABLE diffgr:id='T2' msdata:rowOrder='1'/></NewDataSet>"
        "<diffgr:before><TABLE><Ma>00</Ma></TABLE></diffgr:before></diffgr:diffgram></R>"
    ).encode()
    assert list(xml.diffgram(document)) == [{"Ma": "01"}, {}]
    assert list(xml.diffgram(document, "TABLE")) == [{"Ma": "01"}, {}]
    assert list(xml.diffgram(f"<R>{DATASET}</diffgr:diffgram></R>")) == []


def test_a_dataset_with_several_tables_must_be_told_which() -> None:
    document = f"<R>{DATASET}<N><Tinh><Ma>1</Ma></Tinh><Xa><Ma>2</Ma></Xa></N></diffgr:diffgram></R>"
    with pytest.raises(FatalPortalError, match="tables Tinh and Xa"):
        list(xml.diffgram(document))
    assert list(xml.diffgram(document, "Xa")) == [{"Ma": "2"}]


def test_an_answer_without_a_dataset_is_broken() -> None:
    with pytest.raises(NoRecords):
        list(xml.diffgram("<R><loi>1</loi></R>"))


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    path = tmp_path / "canary.txt"
    path.write_text(CANARY, "utf-8")
    (tmp_path / "canary.dtd").write_text(f'<!ENTITY e "{CANARY}">', "utf-8")
    return path


HOSTILE = {
    "file entity": '<!DOCTYPE R [<!ENTITY e SYSTEM "{file}">]><R><r>&e;</r></R>',
    "http entity": '<!DOCTYPE R [<!ENTITY e SYSTEM "{http}">]><R><r>&e;</r></R>',
    "parameter entity of a file": '<!DOCTYPE R [<!ENTITY % p SYSTEM "{dtd}"> %p;]><R><r>&e;</r></R>',
    "parameter entity over http": '<!DOCTYPE R [<!ENTITY % p SYSTEM "{http}"> %p;]><R><r/></R>',
    "external DTD, file": '<!DOCTYPE R SYSTEM "{dtd}"><R><r>&e;</r></R>',
    "external DTD, http": '<!DOCTYPE R PUBLIC "x" "{http}"><R><r/></R>',
    "internal entity": '<!DOCTYPE R [<!ENTITY e "x">]><R><r>ab&e;cd</r></R>',
    "a document type alone": "<!DOCTYPE R><R><r/></R>",
    "billion laughs": "<!DOCTYPE R [<!ENTITY a '"
    + "x" * 10
    + "'>"
    + "".join(f"<!ENTITY {chr(98 + i)} '{('&' + chr(97 + i) + ';') * 10}'>" for i in range(9))
    + "]><R><r>&j;</r></R>",
    "quadratic blow-up": "<!DOCTYPE R [<!ENTITY a '" + "x" * 50_000 + "'>]><R><r>" + "&a;" * 1000 + "</r></R>",
    "an attribute with a default": '<!DOCTYPE R [<!ATTLIST R x CDATA "y">]><R><r/></R>',
    "a document type after much white space": "<?xml version='1.0'?>" + " " * 200_000 + "<!DOCTYPE R><R><r/></R>",
    "a prolog without end": "<?xml version='1.0'?>" + "<!-- x -->" * 120_000 + "<R><r/></R>",
}


@pytest.mark.parametrize("document", HOSTILE.values(), ids=list(HOSTILE))
def test_a_document_type_is_refused_before_anything_is_read_or_fetched(document: str, canary: Path) -> None:
    def tell(_: Received) -> bytes:
        return reply(CANARY.encode())

    with answering(tell) as wire:
        data = document.replace("{file}", canary.as_uri()).replace("{dtd}", canary.with_suffix(".dtd").as_uri())
        found = everything(data.replace("{http}", wire.address).encode())
        assert wire.received == []
    assert [type(each) for each in found] == [HostileAnswer] * 3
    assert CANARY not in str(found)


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-be"])
def test_a_document_type_cannot_hide_in_another_encoding(charset: str) -> None:
    mark = "\ufeff" if charset.endswith("be") else ""
    found = everything(f"{mark}<!DOCTYPE R [<!ENTITY e 'x'>]><R><r>&e;</r></R>".encode(charset))
    assert [type(each) for each in found] == [HostileAnswer] * 3


TOO_MUCH = {
    "depth": b"<R><r>" + b"<a>" * 300 + b"</a>" * 300 + b"</r></R>",
    "text": b"<R><r>" + b"x" * 10_500_000 + b"</r></R>",
    "attributes": b"<R><r " + b" ".join(b"a%d='1'" % number for number in range(65)) + b"/></R>",
    "200,000 attributes": b"<R><r " + b" ".join(b"a%d='1'" % number for number in range(200_000)) + b"/></R>",
}


@pytest.mark.parametrize("document", TOO_MUCH.values(), ids=list(TOO_MUCH))
def test_more_than_the_guards_allow_is_refused_wherever_it_stands(document: bytes) -> None:
    assert isinstance(everything(document)[0], HostileAnswer)
    for path in ("r", "x"):
        with pytest.raises(HostileAnswer):
            list(xml.records(document, path))


def test_the_guards_can_be_set() -> None:
    deep = "<R>" + "<a>" * 10 + "</a>" * 10 + "</R>"
    assert xml.plain(deep)
    with pytest.raises(HostileAnswer):
        xml.plain(deep, guards=Guards(depth=5))
    with pytest.raises(HostileAnswer):
        xml.plain("<R><a>0123456789</a></R>", guards=Guards(text=9))
    assert xml.plain(TOO_MUCH["text"], guards=Guards(text=20_000_000)) == {"r": "x" * 10_500_000}
    with pytest.raises(HostileAnswer):
        xml.plain(TOO_MUCH["depth"], guards=Guards(text=20_000_000))


BROKEN = {
    "nothing": b"",
    "blanks": b" \n ",
    "JSON": b'{"a": 1}',
    "text": b"loi he thong",
    "cut in a text": b"<R><r>Nguyen Van",
    "cut between records": b"<R><r>1</r>",
    "cut in a tag": b"<R><r>1</r><",
    "wrong nesting": b"<R><r>1</R></r>",
    "two roots": b"<R><r/></R><R/>",
    "junk after the end": b"<R><r/></R>HTTP/1.1",
    "an undefined entity": b"<R><r>Nguyen&nbsp;Van</r></R>",
    "NUL": b"<R><r>\x00</r></R>",
    "a control character": b"<R><r>&#1;</r></R>",
    "an undefined prefix": b"<R><p:r/></R>",
    "an attribute twice": b"<R><r a='1' a='2'/></R>",
    "latin-1 declared as utf-8": b'<?xml version="1.0" encoding="utf-8"?><R><r>H\xe0 N\xf4i</r></R>',
    "an encoding nobody knows": b'<?xml version="1.0" encoding="x-unknown"?><R><r/></R>',
    "utf-8 declared as utf-16": b'<?xml version="1.0" encoding="utf-16"?><R><r/></R>',
}


@pytest.mark.parametrize("document", BROKEN.values(), ids=list(BROKEN))
def test_a_broken_document_is_worth_another_try_and_its_error_quotes_nothing(document: bytes) -> None:
    for each in everything(document):
        assert type(each) is BrokenAnswer
        assert "Nguyen" not in str(each)


def test_a_cut_after_many_records_is_seen_however_late() -> None:
    document = b"<R>" + b"<r><a>1</a></r>" * 50_000
    with pytest.raises(BrokenAnswer):
        list(xml.records(io.BytesIO(document), "r"))


@pytest.mark.parametrize(
    "page",
    [
        b"<!DOCTYPE html><html><p>x</html>",
        b"\n<HTML><body><form>",
        b'<html xmlns="http://www.w3.org/1999/xhtml"/>',
        b'<?xml version="1.0"?><!-- x --><html><p>dang nhap</p></html>',
    ],
)
def test_a_login_page_means_that_the_session_is_over(page: bytes) -> None:
    assert [type(each) for each in everything(page)] == [SessionExpired] * 3


def test_xinclude_is_only_an_element(canary: Path) -> None:
    document = f'<R xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="{canary.as_uri()}" parse="text"/></R>'
    assert xml.plain(document) == {"include": {"@href": canary.as_uri(), "@parse": "text"}}


class Endless(io.RawIOBase):
    """A file of many records that is never in memory whole."""

    def __init__(self, count: int) -> None:
        self._pieces: Iterator[bytes] = iter(
            [b"<R><ds>", *([b"<h><ma>H15</ma><ten>Xa</ten></h>" * 100] * count), b"</ds></R>"]
        )

    def read(self, size: int = -1) -> bytes:
        return next(self._pieces, b"")


def _peak(count: int) -> tuple[int, int]:
    tracemalloc.start()
    try:
        seen = sum(1 for _ in xml.records(Endless(count), "ds.h"))  # type: ignore[arg-type]
        return seen, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_number_of_records() -> None:
    (few, small), (many, large) = _peak(20), _peak(400)
    assert (few, many) == (2_000, 40_000)
    assert large < small * 2


def test_threads_do_not_disturb_each_other() -> None:
    found: dict[int, list[Any]] = {}

    def read(number: int) -> None:
        document = "<R>" + f"<r><a>{number}</a></r>" * 500 + "</R>"
        found[number] = list(xml.records(document, "r"))

    threads = [threading.Thread(target=read, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: [{"a": str(number)}] * 500 for number in range(8)}
