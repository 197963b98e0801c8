"""The address of this server, as code on a page must name it."""

from __future__ import annotations

import re

from fastapi import Request

_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")


def address_of(request: Request) -> str:
    """What the operator calls it (GATEWAY_PUBLIC_URL); else what the reader called, where that can be a host's name at all."""
    public: str = request.app.state.public_url
    if public:
        return public
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        host = "{}:{}".format(*request.scope["server"])
    return f"{request.url.scheme}://{host}"
