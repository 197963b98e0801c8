"""What `--help` says about signing in: the invented credentials of every portal, as the portals themselves give them."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sandbox.portal import Portal


def credentials_text(portals: Mapping[str, Portal]) -> str:
    """A block for each portal, a line for each credential; what changes with every start is not told."""
    blocks = (_block(name, portal.connection()) for name, portal in portals.items())
    return "\n".join(["credentials (invented):", *(line for block in blocks for line in block)]) + "\n"


def _block(name: str, connection: Mapping[str, Any]) -> Iterable[str]:
    extra = connection.get("extra", {})
    said = {part: connection[part] for part in ("login", "password") if part in connection} | extra
    if not said:
        return [f"  {name}: none"]
    return [f"  {name}", *(f"    {part}  {_told(str(value))}" for part, value in said.items())]


def _told(value: str) -> str:
    """Files are made at every start; only the ready line knows where."""
    return "a file made at every start" if Path(value).is_absolute() else value
