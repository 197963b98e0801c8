"""Why a service of the national portal says no; the message of each is the portal's answer."""


class Refused(LookupError):
    """A service cannot answer what it was asked."""


class NotFound(Refused):
    """Nothing has the code a client asked for."""


class BadParameter(Refused):
    """A parameter is missing, or nobody can make sense of it."""
