"""What Prometheus reads at /metrics: calls by route and status, how long they took, how old each set is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import perf_counter

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.serve.answers import SetHealth
from gateway.serve.encoding import AS_TOLD
from gateway.serve.health import Pulse

router = APIRouter()


class Meters:
    """The meters of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        names = ("route", "method", "status")
        self.calls = Counter("gateway_serve_calls", "Calls that were answered.", names, registry=self.registry)
        self.seconds = Histogram(
            "gateway_serve_seconds", "Until the last byte was handed over.", ("route",), registry=self.registry
        )


class _Ages(Collector):
    """Of one reading. ages: None without a database, when there is only that to tell."""

    def __init__(self, ages: Sequence[SetHealth] | None) -> None:
        self._ages = ages

    def collect(self) -> Iterator[GaugeMetricFamily]:
        reachable = GaugeMetricFamily("gateway_serve_database_up", "Whether the database answers.")
        age = GaugeMetricFamily("gateway_set_age_seconds", "Since the set was last switched.", labels=["dataset"])
        reachable.add_metric([], 0 if self._ages is None else 1)
        for each in self._ages or ():
            age.add_metric([each.dataset], each.age_seconds)
        yield from (reachable, age)


class Metered:
    """Counts every call by the route's pattern, never by what stands in an address."""

    def __init__(self, app: ASGIApp, meters: Meters) -> None:
        self._app, self._meters = app, meters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One call."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = perf_counter(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            self._note(scope, status, perf_counter() - begun)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "none")
        method = scope["method"] if scope["method"] in {"GET", "HEAD"} else "other"
        self._meters.calls.labels(route, method, status).inc()
        self._meters.seconds.labels(route).observe(seconds)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """The meters as text."""
    meters: Meters = request.app.state.meters
    pulse: Pulse = request.app.state.pulse
    ages = CollectorRegistry()
    ages.register(_Ages(await pulse.ages()))
    return Response(generate_latest(meters.registry) + generate_latest(ages), 200, AS_TOLD, CONTENT_TYPE_LATEST)
