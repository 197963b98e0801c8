"""What one run may still ask of a portal: repeats left, and a circuit that opens when nothing but failures comes back.

A portal in trouble is not helped by a night of repeats, and the run is not helped by waiting for it.
"""

from __future__ import annotations

import threading

from connectors.errors import OutsideHours, PortalAway, PortalError, RetriablePortalError, SessionExpired


class Budget:
    """Counts repeats and failures of all threads of one run; None means no limit. Safe for threads."""

    def __init__(self, retries: int | None = None, failures: int | None = None) -> None:
        self._retries, self._failures = retries, failures
        self._lock = threading.Lock()
        self._used = 0
        self._in_a_row = 0

    def admit(self, name: str) -> None:
        """Return when a call may be made; raises PortalAway when the circuit is open. name: what the call is called."""
        with self._lock:
            failed = self._in_a_row
        if self._failures is not None and failed >= self._failures:
            raise PortalAway(
                f"circuit open after {failed} failures in a row: the portal is asked no more in this run",
                where=name,
                do="see the first of these failures; run again when the portal is well",
            )

    def repeat(self, error: BaseException | None) -> None:
        """Take one repeat; raises PortalAway, naming the error that wanted it, when none is left."""
        with self._lock:
            if self._retries is None or self._used < self._retries:
                self._used += 1
                return
        what, where = (error.what, error.where) if isinstance(error, PortalError) else ("a call failed", "")
        raise PortalAway(
            f"{what}; the {self._retries} repeats of this run are used up",
            where=where,
            do="run again later; if it stays, raise retries in the portal's limits or ask its operator",
        )

    def succeeded(self) -> None:
        """A call brought an answer: the portal is well."""
        with self._lock:
            self._in_a_row = 0

    def failed(self, error: PortalError) -> None:
        """A call ended without an answer. A refusal is an answer (the portal is there), an ended session is daily life."""
        if isinstance(error, RetriablePortalError) and not isinstance(error, SessionExpired | OutsideHours):
            with self._lock:
                self._in_a_row += 1
