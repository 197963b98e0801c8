"""Serves a portal's own WSDL at `?wsdl`, from the folder of vendored contracts."""

import re
from pathlib import Path

from sandbox.reply import Reply
from sandbox.soap.message import MEDIA

FOLDER = Path(__file__).resolve().parents[2] / "schemas" / "wsdl"
ADDRESS = re.compile(r'(<(?:\w+:)?address location=")[^"]*')


def contract(path: str, address: str) -> Reply:
    """The WSDL at `path` below the folder, with the address the client called; 404 where the folder is not shipped."""
    file = FOLDER / path
    if not file.is_file():
        return Reply(b"", 404, MEDIA)
    return Reply(ADDRESS.sub(rf"\g<1>{address}", file.read_text("utf-8")).encode(), media=MEDIA)
