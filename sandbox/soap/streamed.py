"""An answer that is sent while it is made, so that a list of any size takes no memory."""

from collections.abc import Callable, Iterator

from starlette.responses import Response, StreamingResponse

from sandbox.reply import Reply
from sandbox.soap.message import MEDIA


class Streamed(Reply):
    """An answer made of pieces; only a fault, which needs the whole, puts them together."""

    def __init__(self, pieces: Callable[[], Iterator[bytes]]) -> None:
        self._set("pieces", pieces)
        for name, value in {"status": 200, "media": MEDIA, "headers": {}}.items():
            self._set(name, value)

    def _set(self, name: str, value: object) -> None:
        # A reply is frozen, and `body` is not a value here; so its own __init__ cannot be used.
        object.__setattr__(self, name, value)

    @property
    def body(self) -> bytes:
        """All pieces in one."""
        made: Callable[[], Iterator[bytes]] = self.__dict__["pieces"]
        return b"".join(made())

    def response(self) -> Response:
        """The answer, piece by piece, without Content-Length."""
        made: Callable[[], Iterator[bytes]] = self.__dict__["pieces"]
        return StreamingResponse(made(), self.status, self.headers, self.media)
