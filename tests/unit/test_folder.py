"""Files in a folder, on SFTP and in a store: each complete one once, none that is half written, nothing moved."""

from __future__ import annotations

import io
import os
import socket
import struct
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from connectors.connection import Connection, MissingConnection
from connectors.decode import BrokenAnswer
from connectors.errors import FatalPortalError, PortalAway, SignInRefused
from connectors.files.archives import Caps
from connectors.files.folder import FolderSpec, FoundFile, StillWritten, waiting
from connectors.files.sftp import HostKeyRefused
from connectors.tables.grid import HostileFile
from connectors.tables.table import Table, csv_records
from tests.helpers.sftp import PASSWORD, USER, SftpServer, Stalled, sftp_server

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=1)
NOBODY = Connection("portal_files", "")


def put(folder: Path, name: str, content: bytes = b"ma,ten\n1,a\n", at: datetime = LONG_AGO) -> Path:
    path = folder / name
    path.write_bytes(content)
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


def spec(folder: Path, pattern: str = "*.csv", **more: Any) -> FolderSpec:
    return FolderSpec(folder.as_uri(), pattern, **more)


def found(which: FolderSpec, taken: tuple[str, ...] = (), connection: Connection = NOBODY) -> list[FoundFile]:
    return list(waiting(which, connection, taken, now=NOW))


def names(which: FolderSpec, taken: tuple[str, ...] = ()) -> list[str]:
    return [file.name for file in found(which, taken)]


def content(file: FoundFile) -> bytes:
    with file.open() as source:
        return source.read()


def packed(*members: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return file.getvalue()


# --- which files


def test_files_come_in_order_of_name_and_stay_where_they_are(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "c.CSV", "d.xlsx", "notes.txt"):
        put(tmp_path, name, name.encode())
    (tmp_path / "folder.csv").mkdir()
    files = found(spec(tmp_path))
    assert [(file.name, content(file), file.size, file.modified_at) for file in files] == [
        (name, name.encode(), 5, LONG_AGO) for name in ("a.csv", "b.csv", "c.CSV")
    ]
    assert len(list(tmp_path.iterdir())) == 6


def test_what_programs_keep_beside_their_files_and_links_are_left_alone(tmp_path: Path) -> None:
    outside = put(tmp_path.parent, f"{tmp_path.name}-outside.csv")
    put(tmp_path, "~$a.csv")
    put(tmp_path, ".a.csv")
    (tmp_path / "link.csv").symlink_to(outside)
    assert names(spec(tmp_path)) == []


def test_a_file_is_taken_once_until_it_changes(tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv")
    taken = (found(spec(tmp_path))[0].identity,)
    assert names(spec(tmp_path), taken) == []
    put(tmp_path, "a.csv", path.read_bytes(), LONG_AGO + timedelta(seconds=1))
    assert names(spec(tmp_path), taken) == ["a.csv"]
    put(tmp_path, "a.csv", b"more bytes", LONG_AGO)
    assert names(spec(tmp_path), taken) == ["a.csv"]


def test_an_identity_is_the_same_wherever_the_folder_is_mounted(tmp_path: Path) -> None:
    identities = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        folder.mkdir()
        put(folder, "a.csv")
        identities += [file.identity for file in found(spec(folder))]
    assert len(set(identities)) == 1


@pytest.mark.parametrize(("age", "expected"), [(59, []), (60, ["a.csv"]), (-3600, [])])
def test_a_file_must_have_been_left_alone_for_a_while(tmp_path: Path, age: float, expected: list[str]) -> None:
    put(tmp_path, "a.csv", at=NOW - timedelta(seconds=age))
    assert names(spec(tmp_path, settled=60)) == expected


def test_a_marker_tells_that_a_file_is_complete(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", at=NOW)
    put(tmp_path, "b.csv")
    put(tmp_path, "a.csv.done", b"")
    assert names(spec(tmp_path, "*", done_marker=".done")) == ["a.csv"]


def test_a_folder_that_is_not_there_is_an_error_an_empty_one_is_not(tmp_path: Path) -> None:
    assert found(spec(tmp_path)) == []
    with pytest.raises(FatalPortalError, match="no such folder"):
        found(spec(tmp_path / "nowhere"))


@pytest.mark.parametrize("address", ["/tmp/x", "http://127.0.0.1/x", "zip://x::file:///y", "sftp://u:secret@h/x"])
def test_an_address_of_another_kind_is_refused_without_being_quoted(address: str) -> None:
    with pytest.raises(MissingConnection, match="not the address of a folder") as refused:
        found(FolderSpec(address, "*"))
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("pattern", ["", "../*.csv", "a/b.csv"])
def test_a_pattern_speaks_of_one_folder(pattern: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        FolderSpec("file:///x", pattern)


# --- half-written files


CHANGES: dict[str, Callable[[Path], object]] = {
    "grows": lambda path: path.write_bytes(path.read_bytes() + b"2,b\n"),
    "shrinks": lambda path: path.write_bytes(b""),
    "is written anew": lambda path: os.utime(path, (NOW.timestamp(), NOW.timestamp())),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_changes_between_finding_and_opening_is_not_read(tmp_path: Path, change: str) -> None:
    put(tmp_path, "a.csv")
    for file in waiting(spec(tmp_path), NOBODY, (), now=NOW):
        CHANGES[change](tmp_path / "a.csv")
        with pytest.raises(StillWritten, match="the file changed"):
            content(file)


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_changes_while_it_is_read_is_void(tmp_path: Path, change: str) -> None:
    put(tmp_path, "a.csv", b"ma,ten\n" + b"1,a\n" * 50_000)

    def read(file: FoundFile) -> None:
        with file.open() as source:
            records = csv_records(source, Table(columns=("ma",)))
            next(records)
            CHANGES[change](tmp_path / "a.csv")
            list(records)

    (file,) = found(spec(tmp_path))
    with pytest.raises((StillWritten, BrokenAnswer)) as refused:
        read(file)
    assert refused.type is StillWritten or change == "shrinks"


def test_a_file_that_vanishes_is_told(tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv")
    (file,) = found(spec(tmp_path))
    path.unlink()
    with pytest.raises(FatalPortalError, match="gone"):
        content(file)


def test_an_error_of_the_reader_stays_what_it_is(tmp_path: Path) -> None:
    put(tmp_path, "a.csv")
    (file,) = found(spec(tmp_path))
    with pytest.raises(OSError, match="disk full"), file.open():
        raise OSError("disk full")


def test_a_file_beyond_the_cap_is_not_read(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", b"12345")
    (file,) = found(spec(tmp_path, max_bytes=4))
    with pytest.raises(HostileFile, match="5 bytes, more than 4"):
        content(file)


# --- archives


def archive_spec(folder: Path, **more: Any) -> FolderSpec:
    return FolderSpec(folder.as_uri(), **{"pattern": "*.csv", "archive": True, **more})


def test_members_of_an_archive_come_as_files(tmp_path: Path) -> None:
    put(tmp_path, "b.zip", packed(("thang 11/y.CSV", b"y"), ("x.csv", b"x"), ("readme.txt", b""), ("thang 11/", b"")))
    put(tmp_path, "a.csv", b"a")
    put(tmp_path, "c.csv", b"c")
    files = found(archive_spec(tmp_path))
    assert [(file.name, content(file), file.size) for file in files] == [
        ("a.csv", b"a", 1),
        ("b.zip!thang 11/y.CSV", b"y", 1),
        ("b.zip!x.csv", b"x", 1),
        ("c.csv", b"c", 1),
    ]
    assert names(archive_spec(tmp_path), tuple(file.identity for file in files[1:3])) == ["a.csv", "c.csv"]
    assert len({file.identity for file in files}) == 4


def test_streams_share_an_archive(tmp_path: Path) -> None:
    put(tmp_path, "b.zip", packed(("x.csv", b"x"), ("y.xml", b"y")))
    for pattern, expected in (("*.csv", ["b.zip!x.csv"]), ("*.xml", ["b.zip!y.xml"]), ("*.xlsx", [])):
        assert names(archive_spec(tmp_path, pattern=pattern)) == expected


def test_archives_are_left_closed_unless_asked_for(tmp_path: Path) -> None:
    put(tmp_path, "b.zip", packed(("x.csv", b"x")))
    assert names(spec(tmp_path)) == []
    assert names(spec(tmp_path, "*.zip")) == ["b.zip"]


@pytest.mark.parametrize(
    "name", ["../x.csv", "/etc/x.csv", "a/../../x.csv", "C:\\x.csv", "..\\x.csv", "~/x.csv", "a\nb.csv"]
)
def test_a_name_made_to_climb_out_is_refused(tmp_path: Path, name: str) -> None:
    put(tmp_path, "b.zip", packed(("good.csv", b""), (name, b"")))
    with pytest.raises(HostileFile, match=r"b\.zip: member 2: a name made to climb out") as refused:
        found(archive_spec(tmp_path))
    assert name not in str(refused.value)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (packed(("bomb.csv", bytes(1_900_000))), "inflates to more than 200 times"),
        (packed(("big.csv", os.urandom(3_000_000))), "more than 2 MB when inflated"),
        (packed(*((f"{n}.csv", os.urandom(1_500_000)) for n in range(4))), "more than 5 MB when inflated"),
        (packed(*((f"{n}.csv", b"") for n in range(11))), "11 members, more than 10"),
        (packed(("a.csv", b""), ("in.zip", packed(("b.csv", b"")))), "an archive inside an archive"),
        (packed(("data.tar.gz", b"")), "an archive inside an archive"),
        (packed(("a.csv", b"1"), ("b.csv", b"2")).replace(b"b.csv", b"a.csv"), "two members have one name"),
    ],
)
def test_a_bomb_of_any_kind_is_refused_before_it_is_inflated(tmp_path: Path, data: bytes, said: str) -> None:
    put(tmp_path, "b.zip", data)
    caps = Caps(members=10, size=5 * 1024 * 1024, member=2 * 1024 * 1024)
    with pytest.raises(HostileFile, match=said):
        found(archive_spec(tmp_path, caps=caps))


def locked() -> bytes:
    data = bytearray(packed(("a.csv", b"1")))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no zip archive"),
        (b"no zip at all" * 10, "no zip archive"),
        (packed(("a.csv", b"1" * 1000))[:-30], "no zip archive"),
        (locked(), "locked with a password"),
        (packed(("a.pdf", b"1")), r"b\.zip: no spreadsheet and no XML among 1 members"),
        (packed(), "no spreadsheet and no XML among 0 members"),
    ],
    # An archive's bytes hold the time it was made: as names of tests they would differ from process to process.
    ids=["empty", "text", "cut", "locked", "other", "nothing inside"],
)
def test_an_archive_that_gives_nothing_is_an_error(tmp_path: Path, data: bytes, said: str) -> None:
    put(tmp_path, "b.zip", data)
    with pytest.raises(BrokenAnswer, match=said):
        found(archive_spec(tmp_path))


def test_a_member_that_lies_about_its_size_is_refused_as_it_is_read(tmp_path: Path) -> None:
    data = bytearray(packed(("a.csv", b"1,a\n" * 1000)))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(signature) + offset
        data[at : at + 4] = struct.pack("<I", 100)
    put(tmp_path, "b.zip", bytes(data))
    (file,) = found(archive_spec(tmp_path))
    with pytest.raises(BrokenAnswer, match="damaged, or not of the size it declares"):
        content(file)


# --- object storage, in the form of fsspec's memory


@pytest.fixture
def store() -> Iterator[MemoryFileSystem]:
    system = MemoryFileSystem()
    yield system
    system.store.clear()


def test_a_store_is_read_like_a_folder(store: MemoryFileSystem) -> None:
    store.pipe_file("/nop/a.csv", b"a")
    store.pipe_file("/nop/b.zip", packed(("c.csv", b"c")))
    which = FolderSpec("memory://nop", "*.csv", settled=0, archive=True)
    files = list(waiting(which, NOBODY, ()))
    assert [(file.name, content(file)) for file in files] == [("a.csv", b"a"), ("b.zip!c.csv", b"c")]
    assert list(waiting(which, NOBODY, {file.identity for file in files})) == []


def test_object_storage_says_which_package_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    connection = Connection("portal_files", "", "khoa", "mat-khau", {"endpoint": "http://127.0.0.1:1"})
    with pytest.raises(MissingConnection, match="install s3fs"):
        found(FolderSpec("s3://nop/x", "*"), connection=connection)


# --- SFTP


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SftpServer]:
    (tmp_path / "nop").mkdir()
    put(tmp_path / "nop", "b.csv", b"b" * 200_000)
    put(tmp_path / "nop", "a.csv", b"a")
    put(tmp_path / "nop", "c.zip", packed(("d.csv", os.urandom(100_000)), ("e.csv", b"e")))
    with sftp_server(tmp_path) as running:
        yield running


def over_sftp(server: SftpServer, path: str = "/nop", password: str = PASSWORD, **extra: str) -> list[FoundFile]:
    connection = Connection("portal_files", server.address(path), USER, password, extra)
    which = FolderSpec(server.address(path), "*.csv", archive=True, patience=20)
    return list(waiting(which, connection, (), now=NOW))


def test_files_come_over_sftp_from_a_server_whose_key_is_known(server: SftpServer) -> None:
    files = over_sftp(server, host_key=server.host_key)
    assert [file.name for file in files] == ["a.csv", "b.csv", "c.zip!d.csv", "c.zip!e.csv"]
    assert [len(content(file)) for file in files] == [1, 200_000, 100_000, 1]
    assert files[0].modified_at == LONG_AGO


def test_one_session_serves_all_files_and_is_ended(server: SftpServer) -> None:
    connection = Connection("portal_files", "", USER, PASSWORD, {"host_key": server.host_key})
    for file in waiting(FolderSpec(server.address("/nop"), "*.csv"), connection, (), now=NOW):
        assert content(file)
    assert server.all_ended.wait(20)
    assert server.sessions == 1


def test_a_file_that_changes_on_the_server_is_void(server: SftpServer, tmp_path: Path) -> None:
    file = over_sftp(server, host_key=server.host_key)[0]
    put(tmp_path / "nop", "a.csv", b"ab")
    with pytest.raises(StillWritten):
        content(file)


def test_the_key_may_stand_in_a_file_of_known_hosts(server: SftpServer, tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    file.write_text(f"# khoá của máy chủ\n{server.known_hosts}", "utf-8")
    assert over_sftp(server, known_hosts=str(file))
    assert over_sftp(server, host_key=server.known_hosts)


def test_a_server_with_another_key_is_refused_and_its_key_named(server: SftpServer, tmp_path: Path) -> None:
    same, other = (asyncssh.generate_private_key(kind).export_public_key() for kind in ("ssh-ed25519", "ssh-rsa"))
    known = tmp_path / "known_hosts"
    known.write_text(f"another.example {server.host_key}\n", "utf-8")
    for extra in ({"host_key": same.decode()}, {"host_key": other.decode()}, {"known_hosts": str(known)}):
        with pytest.raises(HostKeyRefused) as refused:
            over_sftp(server, **extra)
        assert server.host_fingerprint in str(refused.value)
    assert server.sessions == 0  # no password was sent


def test_the_known_key_is_asked_for_where_a_server_has_several(tmp_path: Path) -> None:
    put(tmp_path, "a.csv")
    known = asyncssh.generate_private_key("ecdsa-sha2-nistp256")
    with sftp_server(tmp_path, more_keys=[known]) as server:
        assert over_sftp(server, "/", host_key=known.export_public_key().decode())
        assert over_sftp(server, "/", host_key=server.host_key)


def test_without_a_known_key_nobody_is_called(server: SftpServer, tmp_path: Path) -> None:
    with pytest.raises(MissingConnection, match="without the server's key"):
        over_sftp(server)
    for extra in ({"known_hosts": str(tmp_path / "nowhere")}, {"host_key": "ssh-ed25519 rubbish"}, {"host_key": "x"}):
        with pytest.raises(MissingConnection, match="cannot be read"):
            over_sftp(server, **extra)
    assert server.sessions == 0


def test_a_key_signs_in_where_the_connection_names_one(tmp_path: Path) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(str(tmp_path / "id"), passphrase="câu-mật-khẩu", rounds=50)
    put(tmp_path, "a.csv")
    with sftp_server(tmp_path, client_key=key.convert_to_public()) as server:
        files = over_sftp(
            server, "/", "", host_key=server.host_key, key_file=str(tmp_path / "id"), passphrase="câu-mật-khẩu"
        )
        assert [file.name for file in files] == ["a.csv"]
        with pytest.raises(MissingConnection, match="key_file cannot be read"):
            over_sftp(server, "/", "", host_key=server.host_key, key_file=str(tmp_path / "id"), passphrase="sai")


def test_a_wrong_password_is_a_refused_sign_in(server: SftpServer) -> None:
    with pytest.raises(SignInRefused, match="refused the sign-in"):
        over_sftp(server, password="sai", host_key=server.host_key)


def test_a_folder_missing_on_the_server_is_told(server: SftpServer) -> None:
    with pytest.raises(FatalPortalError, match="no such folder"):
        over_sftp(server, "/nowhere", host_key=server.host_key)


def test_a_server_that_is_gone_is_away(tmp_path: Path) -> None:
    with sftp_server(tmp_path) as server:
        pass
    with pytest.raises(PortalAway, match="cannot be reached"):
        over_sftp(server, host_key=server.host_key)


def test_a_server_that_never_answers_is_given_up(tmp_path: Path) -> None:
    put(tmp_path, "a.csv")
    with sftp_server(tmp_path, kind=Stalled) as server:
        connection = Connection("portal_files", "", USER, PASSWORD, {"host_key": server.host_key})
        (file,) = waiting(FolderSpec(server.address(), "*.csv", patience=0.5), connection, (), now=NOW)
        with pytest.raises(PortalAway, match="cannot be reached"):
            content(file)


def test_a_port_behind_which_nobody_speaks_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        key = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
        connection = Connection("portal_files", "", USER, PASSWORD, {"host_key": key})
        which = FolderSpec(f"sftp://127.0.0.1:{silent.getsockname()[1]}/", "*", patience=0.5)
        with pytest.raises(PortalAway, match="cannot be reached"):
            list(waiting(which, connection, ()))
