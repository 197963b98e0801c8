"""What a portal answers, before a fault may spoil it."""

from dataclasses import dataclass, field
from typing import Any

import msgspec
from starlette.responses import Response

JSON = "application/json;charset=UTF-8"
_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Reply:
    """Body, HTTP status, media type and further headers of an answer."""

    body: bytes
    status: int = 200
    media: str = JSON
    headers: dict[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        """The answer as the web framework wants it."""
        return Response(self.body, self.status, self.headers, self.media)


def encode(value: Any) -> bytes:
    """JSON bytes; the order of keys is the order in which they were put in."""
    return _encoder.encode(value)


def json_reply(value: Any, status: int = 200, **headers: str) -> Reply:
    """An answer with a JSON body."""
    return Reply(encode(value), status, headers=headers)
