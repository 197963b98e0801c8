"""What all kinds of misbehaviour have in common: which calls they hit and how often, and what they get to spoil."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import msgspec
from starlette.responses import Response

from sandbox.reply import Reply

Count = Annotated[int, msgspec.Meta(ge=0)]
Seconds = Annotated[float, msgspec.Meta(ge=0)]


class Call:
    """A call that is to be spoiled: the good answer, worked out at most once, and the answer of the call before."""

    def __init__(self, answer: Callable[[], Reply], before: Reply | None) -> None:
        self._answer = answer
        self._reply: Reply | None = None
        self.before = before

    def do(self) -> Reply:
        """Does what the call asks for and gives the good answer."""
        if self._reply is None:
            self._reply = self._answer()
        return self._reply

    def whole(self) -> Reply:
        """The same, in one piece also where it would be sent while it is made."""
        reply = self.do()
        return Reply(reply.body, reply.status, reply.media, reply.headers)


class Fault(msgspec.Struct, tag_field="kind", kw_only=True, forbid_unknown_fields=True):
    """An order to misbehave; each kind of it is a class with the kind's own parameters.

    `match` is a service name, or a path prefix when it begins with a slash; the first `after` matching calls pass
    unharmed, then `times` calls are hit (0 = until cleared). With `done` the portal does what was asked before it
    misbehaves, so that a write is kept though its answer is lost; kinds that spoil the real answer do so anyway.
    """

    match: Annotated[str, msgspec.Meta(min_length=1)]
    times: Count = 1
    after: Count = 0
    done: bool = False
    seen: int = 0
    hits: int = 0

    @property
    def kind(self) -> str:
        """The name of the kind, as orders write it."""
        return str(self.__struct_config__.tag)

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters of this kind alone, by name."""
        return {name: getattr(self, name) for name in self.__struct_fields__ if name not in Fault.__struct_fields__}

    @property
    def is_spent(self) -> bool:
        """True when it has hit as often as it was told to."""
        return 0 < self.times <= self.hits

    def concerns(self, name: str, path: str) -> bool:
        """True when a call of this service or path is meant."""
        return path.startswith(self.match) if self.match.startswith("/") else name == self.match

    def wants(self, codes: Sequence[str] | None) -> bool:  # noqa: ARG002 (what is pushed matters to some kinds only)
        """True when a call with these pushed dossier codes (None: it pushes nothing) is meant; most kinds mean any call."""
        return True

    async def respond(self, call: Call) -> Response:
        """The misbehaviour itself: what goes to the client."""
        return self.spoiled(call.whole()).response()

    def spoiled(self, reply: Reply) -> Reply:
        """The good answer made bad, for kinds that need no more than that."""
        raise NotImplementedError(self.kind)
