"""What can go wrong with a portal. The class says what to do about it (the recovery), the text says what happened and where.

Texts carry codes, sizes and hashes; never a payload, for a payload holds citizens' data.
"""

from __future__ import annotations


class ExplainedError(Exception):
    """An error a person can act on: what happened, where, and what to do.

    `exit_code` is the code a command ends with when this error ends it (design: exit codes).
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", do: str = "") -> None:
        self.what, self.where, self.do = what, where, do
        super().__init__(what, where, do)

    def located(self, where: str) -> ExplainedError:
        """The same error with an outer place put before its own, such as `national/procedures`."""
        self.where = f"{where}: {self.where}" if self.where else where
        self.args = (self.what, self.where, self.do)
        return self

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f" → {self.do}" if self.do else ""
        return f"{place}{self.what}{advice}"

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.what, self.where, self.do))


def _rebuild(kind: type[ExplainedError], what: str, where: str, do: str) -> ExplainedError:
    """Unpickle an error: Airflow carries exceptions between processes."""
    return kind(what, where=where, do=do)


class PortalError(ExplainedError):
    """A portal did not give what its contract promises."""

    exit_code = 3


class RetriablePortalError(PortalError):
    """It may go well later: the portal is away, busy, slow, or its answer was cut. Trying again is safe."""


class SessionExpired(RetriablePortalError):
    """The portal no longer knows our session (phiên làm việc): sign in again, once, and repeat the call."""


class LoginPage(SessionExpired):
    """A web page came in place of data, nearly always a login page; of what was sent it proves nothing."""


class FatalPortalError(PortalError):
    """Trying again cannot help: wrong credentials, a refused request, an answer of another shape."""


class RecordRefused(FatalPortalError):
    """The portal refuses one record of those asked for one by one; the others may well come."""


class RecordExists(RecordRefused):
    """The portal refuses to make a record because it has it already (đã tồn tại): it wants an update."""


class RecordAbsent(RecordRefused):
    """The portal refuses to change a record because it has none (không tồn tại): it wants it made first."""


class UnclearAnswer(FatalPortalError):
    """A whole answer that the contract does not speak of: neither a success nor a refusal we know."""


class NothingThere(PortalError):
    """Not a failure: the portal says so when it has nothing to send."""


class PortalAway(RetriablePortalError):
    """No connection at all: asking for another stream now is pointless."""


class SignInRefused(FatalPortalError):
    """The portal does not accept our credentials: asking again may lock the account."""


class OutsideHours(PortalAway):
    """The portal may not be called at this hour (ngoài khung giờ): its part of the run waits for the next one."""


class OutcomeUnknown(RetriablePortalError):
    """A call that must not be repeated blindly was sent, and its answer never came whole: it may have taken effect.

    Read back what the portal holds before sending it again.
    """
