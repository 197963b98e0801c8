"""Where a reader stands, as a token that only we read: in the rows of a set (`after`), or in its changes (`since`)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

import msgspec

from gateway.publish.contract import Contract
from gateway.publish.files import VERSION
from gateway.serve.problems import Refusal, Said, bad_value
from gateway.serve.values import value

_JSON = msgspec.json.Encoder()
_SINCE = msgspec.json.Decoder(tuple[str, int, int, str])
_AFTER = msgspec.json.Decoder(tuple[str, list[str], int, int, str, list[bool | int | str]])
_Form = TypeVar("_Form")


class Since(NamedTuple):
    """All changes up to this one are known: a publication, the number of a change in it, and the version that was published.

    The version tells it from another publication of that number, which there is where a database was restored.
    """

    publication_id: int
    position: int
    version: str


class After(NamedTuple):
    """A walk over the rows: where it began (for the changes since), and the key of the last row that was given."""

    since: Since
    key: tuple[Any, ...]


def since_token(dataset: str, since: Since) -> str:
    """The token of a place in the changes."""
    return _written((dataset, *since))


def read_since(dataset: str, token: str) -> Since:
    """The place that a token names. Raises Refusal."""
    name, number, position, version = _read("since", token, _SINCE)
    if name != dataset:
        raise _foreign("since")
    return _place("since", Since(number, position, version))


def after_token(contract: Contract, after: After) -> str:
    """The token of a place in the rows."""
    return _written((contract.name, contract.key, *after.since, after.key))


def read_after(contract: Contract, token: str) -> After:
    """The place that a token names. Raises Refusal, also when the set has another key by now."""
    name, names, number, position, version, key = _read("after", token, _AFTER)
    if (name, names) != (contract.name, contract.key):
        raise _foreign("after")
    return After(_place("after", Since(number, position, version)), _key(contract, key))


def _key(contract: Contract, said: Sequence[Any]) -> tuple[Any, ...]:
    types = {column.name: column.type for column in contract.columns}
    if len(said) != len(contract.key):
        raise _foreign("after")
    try:
        return tuple(value(types[name], _as_text(each)) for name, each in zip(contract.key, said, strict=True))
    except ValueError:
        raise _foreign("after") from None


def _as_text(said: Any) -> str:
    return str(said).lower() if isinstance(said, bool) else str(said)


def _place(parameter: str, since: Since) -> Since:
    is_number = 0 <= since.publication_id < 2**63 and 0 <= since.position < 2**63
    if not (is_number and VERSION.fullmatch(since.version)):
        raise _foreign(parameter)
    return since


def _written(content: object) -> str:
    return base64.urlsafe_b64encode(_JSON.encode(content)).decode().rstrip("=")


def _read(parameter: str, token: str, form: msgspec.json.Decoder[_Form]) -> _Form:
    try:
        return form.decode(base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        raise _foreign(parameter) from None


def _foreign(parameter: str) -> Refusal:
    do = Said(
        "use what an answer of this very set gave, or leave it out",
        "dùng đúng giá trị mà câu trả lời của bộ này đã cho",
    )
    return bad_value(parameter, do)
