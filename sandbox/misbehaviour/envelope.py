"""Misbehaviour with the code in an answer's envelope."""

from dataclasses import replace
from typing import Any, Literal

import msgspec

from sandbox.misbehaviour.fault import Fault
from sandbox.reply import Reply, encode

MEMBER = "error_code"


class ErrorCode(Fault, tag="error_code"):
    """The `error_code` as a number or as text, whichever is said, and with `code` another one than the right one."""

    form: Literal["int", "text"] = "text"
    code: int | None = None

    def spoiled(self, reply: Reply) -> Reply:
        """The same envelope around another code; an answer without one stays as it is."""
        try:
            return replace(reply, body=encode(self._changed(msgspec.json.decode(reply.body))))
        except msgspec.DecodeError:
            return reply

    def _changed(self, answer: Any) -> Any:
        if not isinstance(answer, dict):
            return answer
        if MEMBER in answer:
            code = int(answer[MEMBER]) if self.code is None else self.code
            return answer | {MEMBER: str(code) if self.form == "text" else code}
        message = answer.get("message")
        # A proxy puts the whole national answer into a text.
        if isinstance(message, str) and message.startswith("{"):
            return answer | {"message": encode(self._changed(msgspec.json.decode(message))).decode()}
        return answer
