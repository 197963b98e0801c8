"""Records read alone are the records read with their answer: the quick look sees nothing else than the careful one."""

from __future__ import annotations

import json

import pytest

from connectors import decode, formats
from connectors.decode import BrokenAnswer
from connectors.errors import SessionExpired
from connectors.formats import Format, opened
from gateway.mapping.bench import samples
from gateway.portals import StreamSpec
from tests.helpers import golden

FORM = Format(records="result.items")
JSON = [each for each in golden.streams() if not each.form.is_streamed]


@pytest.mark.parametrize("stream", JSON, ids=lambda stream: stream.name)
def test_every_sample(stream: StreamSpec) -> None:
    body = samples.body(stream)
    careful = [bytes(raw) for raw in opened(body, stream.form).records]
    assert careful
    assert [bytes(raw) for raw in formats.records(body, stream.form)] == careful


@pytest.mark.parametrize(
    "text",
    [
        '{"result": {"items": [{"a": 1}, {"a": "é"}], "more": {}}, "ok": true}',
        '{"result": {"items": []}}',
        '{"result": {"items": [1, null, [2]]}}',
        '{"result": {"items": {"a": 1}}}',
        '{"result": {"items": [1]}, "result": {"items": [2]}}',
        '{"result": {"items": 7, "items": [2]}}',
        '\ufeff{"result": {"items": [{"a": 1}]}}',
        ' {"result" : {"items" : [ {"a": 1} , 2 ] } } ',
    ],
)
def test_answers_of_every_shape(text: str) -> None:
    body = text.encode()
    assert list(map(bytes, formats.records(body, FORM))) == list(map(bytes, opened(body, FORM).records))


@pytest.mark.parametrize(
    "text",
    [
        '{"result": {"items": [1]',
        '{"result": {}}',
        "{}",
        '{"result": null}',
        '{"result": {"items": "x"}}',
        "7",
        "",
        "<html>",
    ],
)
def test_what_is_no_list_is_refused_in_the_same_words(text: str) -> None:
    body = text.encode()
    with pytest.raises((BrokenAnswer, SessionExpired)) as careful:
        list(opened(body, FORM).records)
    with pytest.raises(careful.type) as quick:
        list(formats.records(body, FORM))
    assert str(quick.value) == str(careful.value)


def test_it_looks_once_where_it_can() -> None:
    assert decode.list_alone(json.dumps({"result": {"items": [1]}}).encode(), "result.items") == [
        decode.msgspec.Raw(b"1")
    ]
    assert decode.list_alone(b'{"result": {}}', "result.items") is None
