"""Every way a simulated portal can misbehave. A new kind is a class in one of the files here and a name in KINDS."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import Response

from sandbox.misbehaviour import coding, content, envelope, pages, plain, pushes, wire, xml
from sandbox.misbehaviour.fault import Call, Fault
from sandbox.reply import Reply

KINDS: tuple[type[Fault], ...] = (
    *(plain.HtmlLogin, plain.Empty, plain.Status, plain.Slow, plain.Truncated, plain.Redirect, plain.Body),
    *(wire.Hang, wire.Reset, wire.CutHeaders, wire.DripHeaders, wire.DripBody, wire.DripGzip, wire.WrongLength),
    *(wire.NoLength, wire.CutChunk, wire.HangUp),
    *(coding.GzipTruncated, coding.GzipBomb, coding.UnaskedGzip, coding.Huge),
    *(content.WrongCharset, content.Bom, content.WrongType, content.Nested, content.NotANumber, content.Nul),
    *(xml.Doctype, xml.ExternalEntity, xml.XmlBomb),
    *(pages.Rewrite, pages.DuplicatePage, pages.ShiftedPage, pages.RepeatCursor, pages.Shrunk),
    *(pushes.RefuseItem, pushes.DropItem, pushes.Lose, pushes.LoseLater, pushes.AnswerLate, pushes.CommitTwice),
    *(pushes.CommitThenReset, pushes.CommitThenHang, pushes.ReadOnly, envelope.ErrorCode),
)


@dataclass(frozen=True, slots=True)
class Hit:
    """A fault that hits a call, and what the portal answered to the call before it of the same name, if known."""

    fault: Fault
    before: Reply | None = None


async def misbehave(hit: Hit, answer: Callable[[], Reply]) -> Response:
    """The spoiled answer of a call."""
    call = Call(answer, hit.before)
    if hit.fault.done:
        call.do()
    return await hit.fault.respond(call)
