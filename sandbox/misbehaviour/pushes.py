"""Misbehaviour with what is pushed: refused, dropped, kept twice, late, for a while, or kept without an answer.

These kinds hit pushes and no other call, so that `match` may be as wide as "/". With `item` (a dossier code) or
`position` (a place in the batch, from 0) they hit only calls that bring such an item, and only that item.
"""

from collections.abc import Sequence

from starlette.responses import Response

from sandbox.misbehaviour.fault import Call, Count, Fault
from sandbox.misbehaviour.raw import RawResponse, Wire
from sandbox.pushes.tampering import Tampering, tampering
from sandbox.reply import Reply

MAINTENANCE = "Hệ thống đang bảo trì, chỉ cho phép tra cứu"


class PushFault(Fault):
    """A fault of pushes: what the store is told about the call, and what becomes of the answer."""

    item: str | None = None
    position: Count | None = None

    def __post_init__(self) -> None:
        if self.done:
            raise ValueError("done has no meaning for a fault of pushes, whose kind says what is done")

    def wants(self, codes: Sequence[str] | None) -> bool:
        """True when the call pushes something, and the item this fault is about is among it."""
        return codes is not None and ((self.item, self.position) == (None, None) or self.order().hits_any(codes))

    def order(self) -> Tampering:
        """What the store is told."""
        return Tampering(self.item, self.position)

    async def respond(self, call: Call) -> Response:
        """Does what was asked in the way the order says, then answers."""
        with tampering(self.order()):
            reply = call.do()
        return self.answered(reply)

    def answered(self, reply: Reply) -> Response:
        """The good answer; some kinds give none."""
        return reply.response()


class RefuseItem(PushFault, tag="refuse_item"):
    """Refuses the whole call with a `text` and an `error_code`."""

    text: str = "Dữ liệu hồ sơ không hợp lệ"
    error_code: int = 1

    def order(self) -> Tampering:
        """No."""
        return Tampering(self.item, self.position, refusal=self.text, error_code=self.error_code)


class DropItem(PushFault, tag="drop_item"):
    """Says that all is well and does not keep one item: the first, if none is named."""

    def order(self) -> Tampering:
        """One item less."""
        position = 0 if self.item is None and self.position is None else self.position
        return Tampering(self.item, position, copies=0)


class Lose(PushFault, tag="lose"):
    """Says that all is well and keeps nothing."""

    def order(self) -> Tampering:
        """Nothing is kept."""
        return Tampering(self.item, self.position, copies=0)


class LoseLater(PushFault, tag="lose_later"):
    """Keeps and shows it, and forgets it when the next simulated day begins, or after so many further `calls`."""

    calls: Count | None = None

    def order(self) -> Tampering:
        """Kept for a while."""
        return Tampering(self.item, self.position, calls_kept=self.calls, is_kept_today=self.calls is None)


class AnswerLate(PushFault, tag="answer_late"):
    """Keeps it at once, and shows it only after so many further `calls` of any kind."""

    calls: Count = 1

    def order(self) -> Tampering:
        """Hidden for a while."""
        return Tampering(self.item, self.position, calls_late=self.calls)


class CommitTwice(PushFault, tag="commit_twice"):
    """Keeps it twice, as when a queue behind the portal delivers a message twice."""

    def order(self) -> Tampering:
        """Two of each."""
        return Tampering(self.item, self.position, copies=2)


class CommitThenReset(PushFault, tag="commit_then_reset"):
    """Keeps it, then ends the connection with RST before a byte of the answer."""

    def answered(self, _reply: Reply) -> Response:
        """Nothing."""
        return RawResponse(_reset)


class CommitThenHang(PushFault, tag="commit_then_hang"):
    """Keeps it, then is silent; the connection stays open until the client, or the sandbox, ends."""

    def answered(self, _reply: Reply) -> Response:
        """Silence."""
        return RawResponse(_silence)


class ReadOnly(PushFault, tag="read_only"):
    """Refuses every push, as a portal under maintenance does; unlike others it lasts until cleared."""

    times: Count = 0
    text: str = MAINTENANCE
    error_code: int = 1

    def order(self) -> Tampering:
        """No."""
        return Tampering(self.item, self.position, refusal=self.text, error_code=self.error_code)


async def _reset(wire: Wire) -> None:
    wire.reset()


async def _silence(wire: Wire) -> None:
    await wire.is_left()
