"""Why a service of the national portal says no; the message of each is the portal's answer."""


class Refused(LookupError):
    """A service cannot answer what it was asked; `code` is the answer's error_code."""

    code = 1


class NotFound(Refused):
    """Nothing has the code a client asked for."""


class BadParameter(Refused):
    """A parameter is missing, or nobody can make sense of it."""


class AlreadyThere(Refused):
    """A dossier is created that the portal has already. Seen as 3 and as -3, and nobody knows what tells them apart."""

    code = 3


class RefusedByOrder(Refused):
    """A fault wants it so."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code
