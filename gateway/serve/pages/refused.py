"""A refusal as its reader can read it: a page for a browser at a page's address, else the problem document."""

from __future__ import annotations

from fastapi import Request, Response

from gateway.serve.accepted import best
from gateway.serve.encoding import PROBLEM, problem
from gateway.serve.pages.render import page
from gateway.serve.problems import Refusal, Said

NO_PAGES = ("/v1/", "/health", "/metrics")
"""Addresses of programs, which get problem documents whatever they accept."""


def refused(request: Request, refusal: Refusal) -> Response:
    """What is wrong, and what to do."""
    if request.url.path.startswith(NO_PAGES) or not _wants_page(request):
        return problem(request, refusal)
    told = refusal.content()
    texts = {name: Said(str(told[name]), str(told[f"{name}_vi"])) for name in ("title", "detail", "do")}
    return page(
        request,
        "refusal.html",
        refusal.status,
        {**refusal.headers, "Vary": "Accept, Accept-Encoding"},
        texts=texts,
        number=refusal.status,
    )


def _wants_page(request: Request) -> bool:
    return best(request.headers.get("accept", ""), [PROBLEM, "text/html"]) == "text/html"
