"""The API as an ASGI application: the routes, what every refusal becomes, and the document that describes them."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import TimeoutError  # noqa: A004  # all connections are taken
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from connectors.errors import ExplainedError
from gateway.log import log
from gateway.serve import document, downloads, faults, feed, health, linked, metrics, problems, rows, sets, token
from gateway.serve.office import Office
from gateway.serve.pages import catalogue, one_set
from gateway.serve.pages.refused import refused
from gateway.serve.pages.render import ASSETS
from gateway.serve.problems import Refusal
from gateway.serve.shelf import Shelf
from gateway.serve.turns import A_PAGE, Turns


def make_app(shelf: Shelf, office: Office | None = None, public_url: str = "") -> FastAPI:
    """The application over what is published.

    office: without one no key opens, since nobody could write down what its holder reads. public_url: how the operator calls it, where
    that is set.
    """
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.shelf, app.state.office, app.state.meters = shelf, office, metrics.Meters()
    app.state.public_url, app.state.turns, app.state.pulse = public_url, Turns(), health.Pulse(shelf)
    app.add_middleware(metrics.Metered, meters=app.state.meters)
    app.add_middleware(faults.Caught)  # added last: outside of all others
    for part in (sets, rows, feed, downloads, token, document, linked, health, metrics):
        app.include_router(part.router)
    for pages in (catalogue, one_set):
        app.include_router(pages.router, dependencies=[A_PAGE])
    app.mount("/assets", StaticFiles(directory=ASSETS))
    for kind, handler in _HANDLERS.items():
        app.add_exception_handler(kind, handler)
    return app


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return refused(request, error)


def _unrouted(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return refused(request, problems.of_status(error.status_code, error.headers))


def _away(request: Request, error: Exception) -> Response:
    log.error("not answered", error=str(error))
    return refused(request, problems.busy())


def _fault(request: Request, error: Exception) -> Response:  # noqa: ARG001  # FastAPI's own answer repeats what was sent
    raise error


_HANDLERS = {
    Refusal: _refused,
    HTTPException: _unrouted,
    RequestValidationError: _fault,
    ExplainedError: _away,
    TimeoutError: _away,
}
