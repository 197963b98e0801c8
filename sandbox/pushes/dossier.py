"""Everything a portal was told of one dossier, in the order in which it accepted it."""

from sandbox.pushes.record import Kept, Kind


class Dossier:
    """Accepted pushes of one code; `held` is the newest dossier the portal has, `shown` the newest it tells of."""

    __slots__ = ("code", "held", "pushes", "shown")

    def __init__(self, code: str) -> None:
        self.code = code
        self.pushes: list[Kept] = []
        self.held: Kept | None = None
        self.shown: Kept | None = None

    def add(self, kept: Kept) -> None:
        """One more; a dossier that is kept for good frees the fields of those before it."""
        if kept.push.kind is Kind.DOSSIER and kept.is_settled:
            for before in self.pushes:
                if before.push.kind is Kind.DOSSIER:
                    before.body = b""
        self.pushes.append(kept)

    def settle(self, calls: int, day: int) -> None:
        """Finds anew what is held and what is shown."""
        held = [kept for kept in self.pushes if kept.push.kind is Kind.DOSSIER and kept.is_kept(calls, day)]
        shown = [kept for kept in held if kept.is_shown(calls, day)]
        self.held, self.shown = (group[-1] if group else None for group in (held, shown))
