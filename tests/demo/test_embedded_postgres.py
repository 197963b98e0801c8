"""The embedded server: several at once, killed in every way, and gone afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from gateway.demo import account, embedded_postgres, place, programs
from gateway.demo.account import NOBODY, Account
from gateway.demo.embedded_postgres import FORGETFUL, EmbeddedPostgres
from gateway.demo.errors import ServerError, StateError
from gateway.demo.processes import end_leftovers
from tests.demo.waiting import eventually, gone

OWNER = """
import sys
from pathlib import Path
from gateway.demo.embedded_postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]))
server.start()
print(server.pid, flush=True)
input()
"""


needs_root = pytest.mark.skipif(
    embedded_postgres.server_account().identity != str(NOBODY), reason="only root's server runs as another user"
)


@pytest.fixture
def server(state: Path) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(state, keep=False) as server:
        yield server
    assert not state.exists()


def ask(server: EmbeddedPostgres, query: str, database: str = "postgres") -> object:
    with psycopg.connect(server.url(database).replace("+psycopg", ""), autocommit=True) as connection:
        cursor = connection.execute(query)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def test_it_is_postgresql_18_in_utf8_with_checksums(server: EmbeddedPostgres) -> None:
    assert str(ask(server, "show server_version")).startswith("18.")
    assert ask(server, "show data_checksums") == "on"
    assert ask(server, "select upper('đường')") == "ĐƯỜNG"
    assert ask(server, "show listen_addresses") == ""


def test_a_developers_postgres_settings_do_not_matter(
    server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGUSER", "somebody")
    assert ask(server, "select 1") == 1


def test_databases_are_created_once_and_dropped(server: EmbeddedPostgres) -> None:
    server.create_database("gateway")
    server.create_database("gateway")
    ask(server, "create table kept (n int)", "gateway")
    server.drop_database("gateway")
    server.create_database("gateway")
    assert ask(server, "select to_regclass('kept')", "gateway") is None


def test_data_survive_stop_and_start(server: EmbeddedPostgres) -> None:
    ask(server, "create table kept as select 1")
    server.stop()
    assert not server.is_running
    server.start()
    assert ask(server, "select count(*) from kept") == 1


def test_two_at_once(server: EmbeddedPostgres, tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "other", settings=FORGETFUL, keep=False) as other:
        ask(server, "create table here ()")
        assert ask(other, "select to_regclass('here')") is None
        assert ask(other, "show fsync") == "off"
        assert ask(server, "show fsync") == "on"


def test_a_second_owner_of_the_same_data_is_refused(server: EmbeddedPostgres, state: Path) -> None:
    with pytest.raises(StateError, match=f"process {os.getpid()}"):
        EmbeddedPostgres(state).start()
    assert ask(server, "select 1") == 1


def test_the_socket_is_private_and_short(server: EmbeddedPostgres) -> None:
    sockets = Path(server.url("x").partition("?host=")[2].partition("&")[0])
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert len(str(sockets / place.SOCKET_NAME)) <= place.SOCKET_LIMIT
    server.stop()
    assert not sockets.exists()


def test_it_recovers_from_kill_9_of_the_server_at_work(server: EmbeddedPostgres) -> None:
    ask(server, "create table kept as select generate_series(1, 1000) as n")
    busy = psycopg.connect(server.url("postgres").replace("+psycopg", ""))
    busy.execute("insert into kept select generate_series(1, 1000)")
    os.kill(server.pid, signal.SIGKILL)
    eventually(lambda: not server.is_running)
    server.start()
    busy.close()
    assert ask(server, "select count(*) from kept") == 1000


def test_a_lock_file_with_a_living_strangers_number_is_no_obstacle(server: EmbeddedPostgres, state: Path) -> None:
    os.kill(server.pid, signal.SIGKILL)
    eventually(lambda: not server.is_running)
    remembered = place.remembered(state)
    assert remembered is not None
    lock = remembered.cluster / "postmaster.pid"
    lines = lock.read_text().splitlines()
    lock.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    server.start()
    assert ask(server, "select 1") == 1


def test_after_kill_9_of_the_owner_nothing_is_left(state: Path, owner) -> None:  # type: ignore[no-untyped-def]
    process = owner(OWNER, state)
    pid = int(process.stdout.readline())
    backends = [child.pid for child in psutil.Process(pid).children()]
    process.kill()
    process.wait()
    end_leftovers(state)
    assert gone(pid)
    eventually(lambda: all(gone(backend) for backend in backends))
    with EmbeddedPostgres(state, keep=False) as server:
        assert ask(server, "select 1") == 1


def test_the_server_dies_with_its_owner_by_itself(state: Path, owner) -> None:  # type: ignore[no-untyped-def]
    process = owner(OWNER, state)
    pid = int(process.stdout.readline())
    process.kill()
    process.wait()
    eventually(lambda: gone(pid))
    EmbeddedPostgres(state).remove()


def test_an_interrupted_initdb_is_not_taken_for_a_cluster(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = EmbeddedPostgres(state, keep=False, settings={"shared_buffers": "much"})
    with pytest.raises(ServerError, match="did not start") as caught:
        server.start()
    assert "shared_buffers" in str(caught.value)
    remembered = place.remembered(state)
    assert remembered is not None
    shutil.move(remembered.cluster, remembered.cluster.with_name("cluster.new"))
    with EmbeddedPostgres(state, keep=False) as healthy:
        assert ask(healthy, "select 1") == 1


@needs_root
def test_another_users_data_are_refused(state: Path) -> None:
    with EmbeddedPostgres(state) as server:
        cluster = Path(str(ask(server, "show data_directory")))
    os.chown(cluster, 4711, 4711)
    with pytest.raises(ServerError, match="another user"):
        EmbeddedPostgres(state).start()
    EmbeddedPostgres(state).remove()


def test_errors_say_what_where_and_what_to_do(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "PACKAGE", "no_such_package")
    with pytest.raises(ServerError) as caught:
        EmbeddedPostgres(state).start()
    text = str(caught.value)
    assert "no_such_package" in text
    assert "where:" in text
    assert "make setup" in text
    EmbeddedPostgres(state).remove()


@needs_root
def test_roots_server_is_not_root_and_no_folder_is_opened(tmp_path: Path, state: Path) -> None:
    tmp_path.chmod(0o700)
    with EmbeddedPostgres(state, keep=False) as server:
        assert psutil.Process(server.pid).uids().real == NOBODY
        assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700
        remembered = place.remembered(state)
        assert remembered is not None
        assert not remembered.folder.is_relative_to(tmp_path)
    assert not remembered.folder.exists()


@needs_root
def test_programs_in_a_private_home_are_copied(tmp_path: Path, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    private = tmp_path / "private" / programs.PACKAGE
    private.parent.mkdir(mode=0o700)
    wheel = programs.wheel_folder()
    shutil.copytree(wheel.with_name(f"{wheel.name}.libs"), private.with_name(f"{private.name}.libs"))
    shutil.copytree(wheel / programs.INSTALLATION, private / programs.INSTALLATION, symlinks=True)
    monkeypatch.setattr(programs, "wheel_folder", lambda: private)
    with EmbeddedPostgres(state, keep=False) as server:
        assert "/programs/" in psutil.Process(server.pid).exe()
        assert ask(server, "select 1") == 1
    assert stat.S_IMODE(private.parent.stat().st_mode) == 0o700


def test_an_account_passes_only_where_the_mode_bits_let_it(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    stranger = Account("4711", 4711)
    (tmp_path / "a").chmod(0o750)
    assert not stranger.may_pass(folder)
    assert Account("same", os.geteuid()).may_pass(folder)
    assert account.server_account().may_pass(Path("/"))
