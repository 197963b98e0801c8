"""A call that a ministry's service does not take."""


class BadCall(ValueError):
    """A parameter nobody can make sense of, or nobody allows; the message is the service's own answer."""
