"""Who publishes and who serves, with logins of their own that are nothing more than they must be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from gateway.errors import ConfigError
from tests.conftest import NewHouse
from tests.helpers.house import House
from tests.helpers.people import People, consumer, grant, with_key
from tests.helpers.server import Server
from tests.helpers.serving import Play, by_key, serving

LOGINS = {"night": "gateway_runner", "evening": "gateway_runner", "api": "gateway_server", "analyst": "gateway_reader"}


@pytest.fixture
def logins(server: Server) -> Iterator[None]:
    """Two that publish, one that serves, one that reads with SQL of its own."""
    for name, group in LOGINS.items():
        server.admin(f"create role {name} login in role {group}")
    yield
    for name in LOGINS:
        server.admin(f"drop role {name}")


def as_(name: str, house: House) -> House:
    """The house, for this login."""
    return House(make_url(house.url).set(username=name).render_as_string(hide_password=False), house.place)


def test_without_a_database_it_says_so(new_house: NewHouse) -> None:
    house = new_house()
    with serving(House(f"{house.url.replace(house.database, 'no_such')}", house.place)) as api:
        assert api.problem("/health", 503)["type"] == "urn:gateway:problem:busy"
        assert "gateway_serve_database_up 0.0" in api.get("/metrics").text


@pytest.mark.usefixtures("logins")
def test_two_runners_publish_and_a_reader_serves(new_house: NewHouse) -> None:
    house = new_house()
    play = Play(house)
    play.make(100)
    house.execute("grant select on public.play to gateway_runner")
    house.execute(f"grant temporary on database {house.database} to gateway_runner")
    Play(as_("night", house)).publish()
    play.write(version="2.0.0", leave="name")
    house.execute("delete from public.play where code = 'C0001'")
    evening = Play(as_("evening", house))
    evening.write(version="2.0.0", leave="name")
    evening.publish()
    house.execute("delete from public.play where code = 'C0002'")
    evening.publish()
    with serving(as_("api", house)) as api:
        rows = api.json("/v1/sets/play/rows")["rows"]
        assert by_key(rows) == play.current()
        assert len(rows) == 96


@pytest.mark.usefixtures("logins")
def test_an_owner_who_owns_no_published_table_upgrades_again(server: Server, tmp_path: Path) -> None:
    name = server.empty_database()
    server.admin("create role landlord login")
    server.admin(f"alter database {name} owner to landlord")
    house = House(server.url(name), tmp_path)
    as_("landlord", house).done("db", "upgrade")
    people = People(house)
    house.execute("grant select on all tables in schema public to gateway_runner")
    house.execute(f"grant temporary on database {name} to gateway_runner")
    people.house = as_("night", house)
    people.publish()
    house.execute("revoke select on all tables in schema share from gateway_server")
    as_("landlord", house).done("db", "upgrade")
    people.publish()
    key = consumer(house, "reader")
    grant(house, people.schemas, "reader", "clerk", "people")
    with serving(as_("api", house)) as api:
        assert len(api.get("/v1/sets/people/rows", headers=with_key(key)).json()["rows"]) == 60
    with as_("analyst", house).engine() as engine, engine.connect() as connection, pytest.raises(ConfigError):
        connection.exec_driver_sql("select * from share.people")
    server.drop(name)
    server.admin("drop role landlord")
