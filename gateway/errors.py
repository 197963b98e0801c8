"""What can go wrong on our own side. Errors of portals are in `connectors.errors`; both tell what, where, and what to do."""

from __future__ import annotations

from connectors.errors import ExplainedError


class ConfigError(ExplainedError):
    """A setting, a mapping file or the use of a command is wrong; a person mends it."""

    exit_code = 2


class StoreError(ExplainedError):
    """Our own database or landing store failed; trying again is safe."""

    exit_code = 4


class LockedError(ExplainedError):
    """Another run works on the same portal."""

    exit_code = 5


class NeedsPerson(ExplainedError):
    """The work is done, but something is beyond its limit and needs a person (quarantined, rejected)."""

    exit_code = 1
