"""A page from its template: escaped, compressed, and held by its headers to what comes from here."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gateway.serve.encoding import packed
from gateway.serve.pages import amounts
from gateway.serve.pages.labels import both, label, labels

FOLDER = Path(__file__).parent
ASSETS = FOLDER / "assets"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
"""Nothing is loaded from elsewhere, nothing runs, no other site learns where a reader comes from."""


def page(
    request: Request, template: str, status: int = 200, headers: dict[str, str] | None = None, **content: Any
) -> Response:
    """The page that a template makes of `content`."""
    text = _templates().get_template(template).render(style=_style(), **content)
    return packed(request, text.encode(), status, "text/html; charset=utf-8", {**HEADERS, **(headers or {})})


@cache
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"t": label, "both": both, "labels": labels()}
    made.filters |= {
        name: getattr(amounts, name) for name in ("ago", "cell", "count", "moment", "period", "rows", "size")
    }
    return made


@cache
def _style() -> str:
    """The address of the style sheet; another one when it changes, so that no browser keeps an old one."""
    return f"/assets/style.css?v={hashlib.sha256((ASSETS / 'style.css').read_bytes()).hexdigest()[:8]}"
