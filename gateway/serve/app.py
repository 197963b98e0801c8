"""The API as an ASGI application: the routes, what every refusal becomes, and the document that describes them."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import TimeoutError  # noqa: A004  # all connections are taken
from starlette.exceptions import HTTPException

from connectors.errors import ExplainedError
from gateway.log import log
from gateway.serve import document, downloads, feed, health, metrics, problems, rows, sets, token
from gateway.serve.encoding import problem
from gateway.serve.office import Office
from gateway.serve.problems import Refusal
from gateway.serve.shelf import Shelf


def make_app(shelf: Shelf, office: Office | None = None) -> FastAPI:
    """The application over what is published. It serves no page of its own: a reader's browser is sent nowhere else.

    office: without one no key opens, since nobody could write down what its holder reads.
    """
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.shelf, app.state.office, app.state.meters = shelf, office, metrics.Meters(shelf)
    app.add_middleware(metrics.Metered, meters=app.state.meters)
    for part in (sets, rows, feed, downloads, token, document, health, metrics):
        app.include_router(part.router)
    for kind, handler in _HANDLERS.items():
        app.add_exception_handler(kind, handler)
    return app


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return problem(request, error)


def _unrouted(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return problem(request, problems.of_status(error.status_code, error.headers))


def _away(request: Request, error: Exception) -> Response:
    log.error("not answered", error=str(error))
    return problem(request, problems.busy())


def _fault(request: Request, error: Exception) -> Response:
    log.error("fault", error=type(error).__name__)
    return problem(request, problems.fault())


_HANDLERS = {
    Refusal: _refused,
    HTTPException: _unrouted,
    RequestValidationError: _fault,
    ExplainedError: _away,
    TimeoutError: _away,
    Exception: _fault,
}
