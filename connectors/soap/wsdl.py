"""A portal's vendored contract: its WSDL and XSD files, read from one folder and from nowhere else, ever.

A WSDL that may be fetched, or may import by address, lets whoever answers at that address choose what we send and read
(and zeep's own loader opens `file://` even when told to forbid what is external).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from connectors.errors import FatalPortalError, PortalError
from connectors.xml.parse import tree


class WrongContract(FatalPortalError):
    """The vendored WSDL or XSD cannot be used, or the mapping asks for what it does not declare."""

    exit_code = 2


class Vendored:
    """The folder of one WSDL. `load` is what zeep asks of a transport; nothing else of a transport exists here."""

    def __init__(self, wsdl: Path) -> None:
        self.wsdl = wsdl.resolve()
        self._folder = self.wsdl.parent

    def load(self, url: str) -> bytes:
        """The bytes of a file of this folder. Raises WrongContract for an address, another place, or a hostile file."""
        path = self._inside(str(url))
        try:
            data = path.read_bytes()
            tree(data)
        except (OSError, PortalError) as error:
            what = error.what if isinstance(error, PortalError) else error.strerror
            raise WrongContract(f"{path.name} cannot be read: {what}", where=str(self.wsdl)) from None
        return data

    def tree(self, path: Path) -> Any:
        """The root element of a file of this folder. Raises as `load` does."""
        return tree(self.load(str(path)))

    def _inside(self, url: str) -> Path:
        path = Path(url).resolve()
        if "://" in url or not path.is_relative_to(self._folder):
            raise self.outside(url)
        return path

    def outside(self, url: str) -> WrongContract:
        """The refusal of an address or a file elsewhere."""
        return WrongContract(
            f"the contract asks for {url[:200]!r}, which is not in its own folder",
            where=str(self.wsdl),
            do="put a copy beside the WSDL and let it import that by a relative path",
        )
