"""The HTTP library's own log lines quote addresses with their queries, and headers: none are written about our calls."""

from __future__ import annotations

import logging

from connectors.http.deadline import is_under_watch


class _NotAboutUs(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002
        """Keep what other users of the library in this process log."""
        return not is_under_watch()


_FILTER = _NotAboutUs()


def hush() -> None:
    """Silence the library for our calls; calling it again changes nothing."""
    for name in ("urllib3.connection", "urllib3.connectionpool", "urllib3.response", "urllib3.util.retry"):
        logging.getLogger(name).addFilter(_FILTER)
