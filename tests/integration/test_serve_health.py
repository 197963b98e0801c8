"""Who looks after the API costs its database one question a second, however many look."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from threading import Event, Semaphore

import pytest
from sqlalchemy import Connection

from gateway.serve import health
from gateway.serve.app import make_app
from gateway.serve.shelf import Shared, Shelf
from gateway.store.database import connect_reader
from tests.helpers.house import House
from tests.helpers.serving import Play, begun, in_thread


@dataclass(frozen=True, eq=False)
class Slow(Shelf):
    """Lists nothing before it may."""

    may: Event = field(default_factory=Event)
    listing: Semaphore = field(default_factory=lambda: Semaphore(0))

    def sets(self, connection: Connection) -> list[Shared]:
        self.listing.release()
        assert self.may.wait(30)
        return super().sets(connection)


@pytest.mark.parametrize("path", ["/health", "/metrics"])
def test_however_many_look_the_database_is_asked_once_a_second(
    house: House, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    play = Play(house)
    play.make(20)
    play.publish()
    engine = connect_reader(house.url, 5)
    shelf = Slow(engine, house.place / "datasets")
    monkeypatch.setattr(health, "FRESH", 3600)
    with in_thread(make_app(shelf)) as api, ExitStack() as stack:
        calls = [stack.enter_context(begun(api, path)) for _ in range(20)]
        assert api.get("/nowhere").status_code == 404
        shelf.may.set()
        assert [call.getresponse().status for call in calls] == [200] * len(calls)
        assert shelf.listing.acquire(blocking=False)
        assert not shelf.listing.acquire(blocking=False)
        house.execute("alter table share.publication rename to away")
        assert api.get("/health").status_code == 200, "it was asked within the second"
        monkeypatch.setattr(health, "FRESH", 0)
        assert api.problem("/health", 503)["type"] == "urn:gateway:problem:busy"
        assert "gateway_serve_database_up 0.0" in api.get("/metrics").text
        monkeypatch.setattr(health, "FRESH", 3600)
        house.execute("alter table share.away rename to publication")
        assert api.get("/health").status_code == 503, "what went wrong is not asked anew either"
        assert "gateway_serve_database_up 0.0" in api.get("/metrics").text
        monkeypatch.setattr(health, "FRESH", 0)
        assert api.get("/health").status_code == 200
        assert "gateway_serve_database_up 1.0" in api.get("/metrics").text
    engine.dispose()
