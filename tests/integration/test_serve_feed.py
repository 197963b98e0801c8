"""The changes of a set: all rows once, then every change once, ends with exactly the current set, whatever is published meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from random import Random
from shutil import rmtree
from threading import Event
from typing import Any

import pytest

from gateway.errors import ConfigError, LockedError, StoreError
from gateway.publish import sets
from gateway.serve.cursors import Since, since_token
from gateway.store.lock import alone
from tests.conftest import NewHouse
from tests.helpers.house import House, said
from tests.helpers.serving import Api, Play, by_key, serving

ROWS, CHANGES = "/v1/sets/play/rows", "/v1/sets/play/changes"
MAJORS = count(1)
"""Each test's contract is another one, which may say anything anew."""

NEXT_DAY = (
    "delete from public.play where code < 'C0010'",
    "update public.play set name = 'Tên mới ' || code, tags = null where code like 'C%5'",
    "insert into public.play select 'D' || n, 0, 'Mới', null, true, null, null, '{}' from generate_series(1, 30) n",
)


@pytest.fixture(scope="module")
def api_and_house(new_house: NewHouse) -> Iterator[tuple[Api, House]]:
    """A house with the set, served as long as the tests of this file."""
    house = new_house()
    with serving(house) as api:
        yield api, house


@pytest.fixture
def api(api_and_house: tuple[Api, House]) -> Api:
    return api_and_house[0]


@pytest.fixture
def play(api_and_house: tuple[Api, House]) -> Play:
    """The set as at first, published, whatever tests before made of it."""
    house = api_and_house[1]
    house.execute("drop table if exists public.play")
    play, major = Play(house), next(MAJORS)
    play.write(version=f"{major}.0.0")
    play.make(500)
    # A version's name is its second and its rows: these are another test's no more.
    play.house.execute(f"insert into public.play (code, part) values ('E{major}', 0)")
    play.publish()
    return play


def read(api: Api, **query: Any) -> tuple[str, dict[Any, dict[str, Any]]]:
    """All rows, and where to go on in the changes."""
    pages = list(api.pages(ROWS, **query))
    assert len({page["since"] for page in pages}) == 1
    return pages[0]["since"], by_key(row for page in pages for row in page["rows"])


def test_a_reader_who_follows_has_the_current_set(api: Api, play: Play) -> None:
    since, held = read(api)
    for statement in NEXT_DAY:
        play.house.execute(statement)
        play.publish()
    since = api.follow("play", since, held, limit=70)
    assert held == play.current()
    assert api.json(CHANGES, since=since)["changes"] == []


def test_each_change_is_told_once_and_only_what_changed(api: Api, play: Play) -> None:
    since, before = read(api)
    for statement in NEXT_DAY:
        play.house.execute(statement)
    play.publish()
    after = play.current()
    told = api.json(CHANGES, since=since)
    assert told["is_last"]
    kinds = {"added": after.keys() - before.keys(), "removed": before.keys() - after.keys()}
    kinds["changed"] = {key for key in after.keys() & before.keys() if after[key] != before[key]}
    for kind, keys in kinds.items():
        found = [tuple(each["key"].values()) for each in told["changes"] if each["change"] == kind]
        assert (set(found), len(found)) == (keys, len(keys))
        assert keys
    assert {"row" in each for each in told["changes"] if each["change"] == "removed"} == {False}


def test_only_what_changed_is_touched(play: Play) -> None:
    """A row's version in the table is the transaction that wrote it."""
    writers = "select code, part, xmin::text from share.play"
    before = set(play.house.rows(writers))
    play.house.execute("update public.play set name = 'Khác' where code = 'C0003'")
    play.publish()
    assert {row[:2] for row in set(play.house.rows(writers)) - before} == {("C0003", 0), ("C0003", 1)}


def test_a_version_without_changes_leads_nowhere(api: Api, play: Play) -> None:
    since, _ = read(api)
    assert not play.publish().is_new
    assert api.json(CHANGES, since=since) == {
        "dataset": "play", "version": api.json("/v1/sets/play")["set"]["version"], "next": since, "is_last": True, "changes": [],
    }  # fmt: skip


def test_each_version_says_where_its_reader_goes_on(api: Api, play: Play) -> None:
    files = play.current()
    play.house.execute(NEXT_DAY[0])
    play.publish()
    newest, older, *_ = api.json("/v1/sets/play/versions")["versions"]
    assert api.follow("play", older["since"], files) == newest["since"]
    assert files == play.current()


def test_paging_while_it_is_published_and_following_then_misses_nothing(api: Api, play: Play) -> None:
    pages, held = api.pages(ROWS, limit=100), dict[Any, Any]()
    page = next(pages)
    held |= by_key(page["rows"])
    for statement in NEXT_DAY:
        play.house.execute(statement)
        play.publish()
        held |= by_key(next(pages)["rows"])
    for each in pages:
        assert each["since"] == page["since"]
        held |= by_key(each["rows"])
    api.follow("play", page["since"], held)
    assert held == play.current()


def test_readers_at_once_while_it_is_published_again_and_again(api: Api, play: Play) -> None:
    dice, is_over = Random(7), Event()

    def reader(limit: int) -> dict[Any, Any]:
        own = Api(api.address)
        since, held = own.json(ROWS, limit=1)["since"], dict[Any, Any]()
        for page in own.pages(ROWS, limit=limit):
            held |= by_key(page["rows"])
        is_last = False
        while not is_last:
            is_last = is_over.is_set()
            since = own.follow("play", since, held, limit=limit)
        return held

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(reader, limit) for limit in (37, 90, 300, 1000)]
        for number in range(6):
            few, more = dice.randrange(500), dice.randrange(500)
            play.house.execute(
                f"update public.play set name = 'Lần {number}' where amount * 4 between {few} and {few + 60}"
            )
            play.house.execute(f"delete from public.play where amount * 4 between {more} and {more + 20}")
            play.publish()
        is_over.set()
        assert [each.result() for each in readers] == [play.current()] * 4


def test_a_set_with_other_columns_is_read_anew(api: Api, play: Play) -> None:
    since, _ = read(api)
    after = api.json(ROWS, limit=1)["next"]
    play.write(version=f"{next(MAJORS)}.0.0", leave="name")
    play.house.execute(NEXT_DAY[0])
    play.publish()
    said = api.problem(CHANGES, 410, since=since)
    assert said["rows"] == ROWS
    assert said["version"] == api.json("/v1/sets/play")["set"]["version"]
    assert "name" not in api.json(ROWS, limit=1, after=after)["rows"][0]
    _, held = read(api)
    assert held == play.current()


def test_changes_are_kept_as_long_as_their_versions(api: Api, play: Play) -> None:
    play.write(version=f"{next(MAJORS)}.0.0", retention="30")
    play.house.execute(NEXT_DAY[2])
    play.publish()
    since, held = read(api)
    play.house.execute(NEXT_DAY[0])
    play.publish()
    play.house.execute("update share.publication set published_at = published_at - interval '31 days'")
    play.house.execute(NEXT_DAY[1])
    middle = dict(held)
    kept = api.follow("play", since, middle)
    play.publish()
    api.problem(CHANGES, 410, since=since)
    assert play.house.value("select count(*) from share.publication where dataset = 'play'") == 2
    api.follow("play", kept, middle)
    assert middle == play.current(), "who knew the newest version can go on, however old it was"


@pytest.fixture
def no_link(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The process ends when the link should be switched."""

    def end(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sets, "point", end)
        yield patch


def test_a_crash_before_the_link_is_mended_by_the_next_publish(
    api: Api, play: Play, no_link: pytest.MonkeyPatch
) -> None:
    since, held = read(api)
    before = play.current()
    play.house.execute(NEXT_DAY[2])
    with pytest.raises(KeyboardInterrupt):
        play.publish()
    assert play.current() == before
    api.follow("play", since, held)
    assert len(held) == len(before) + 30
    text = api.get("/v1/sets/play/versions/latest/files/play.jsonl").text
    assert text.count("\n") == len(held), "the API's own latest is the version of its rows"
    no_link.undo()
    assert not play.publish().is_new
    assert held == play.current()


def test_a_lost_table_is_made_anew_from_the_files(api: Api, play: Play) -> None:
    since, _ = read(api)
    play.house.execute("drop table share.play")
    api.problem(ROWS, 503)
    assert not play.publish().is_new
    api.problem(CHANGES, 410, since=since)
    assert read(api)[1] == play.current()


def test_a_publication_that_fails_leaves_table_and_feed(api: Api, play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    from gateway.publish import share

    since, held = read(api)
    play.house.execute(NEXT_DAY[0])
    with monkeypatch.context() as patch:
        patch.setattr(share, "_forget", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            play.publish()
    assert read(api) == (since, held)
    play.house.execute(NEXT_DAY[2])
    play.publish()
    api.follow("play", since, held)
    assert held == play.current()


def test_a_version_stays_with_those_who_could_read_it_then(api: Api, play: Play) -> None:
    opened = Play(play.house, "opened", "shared")
    old = opened.publish().version
    opened.write("open", version="1.1.0")
    play.house.execute(NEXT_DAY[2])
    new = opened.publish().version
    assert [each["version"] for each in api.json("/v1/sets/opened/versions")["versions"]] == [new]
    assert api.get(f"/v1/sets/opened/versions/{new}/files/opened.csv").status_code == 200
    api.problem(f"/v1/sets/opened/versions/{old}/files/opened.csv", 401)
    api.problem("/v1/sets/opened/versions/latest/files/opened.changes.jsonl", 404)
    number = play.house.value(
        "select publication_id from share.publication where dataset = 'opened' and version = :old", old=old
    )
    api.problem("/v1/sets/opened/changes", 410, since=since_token("opened", Since(number, 0)))


def test_what_was_closed_for_a_while_stays_closed(api: Api, play: Play) -> None:
    """A column was open by mistake; once it is gone the set is open, and its old versions are not."""
    mistaken = Play(play.house, "mistaken")
    versions = [mistaken.publish().version]
    mistaken.write("shared", version="2.0.0")
    versions.append(mistaken.publish().version)
    api.problem(f"/v1/sets/mistaken/versions/{versions[0]}/files/mistaken.csv", 401)
    mistaken.write(version="3.0.0", leave="name")
    last = mistaken.publish().version
    assert [each["version"] for each in api.json("/v1/sets/mistaken/versions")["versions"]] == [last]
    assert api.get(f"/v1/sets/mistaken/versions/{last}/files/mistaken.csv").status_code == 200
    for version in versions:
        api.problem(f"/v1/sets/mistaken/versions/{version}/files/mistaken.csv", 401)
    api.problem("/v1/sets/mistaken/versions/latest/files/mistaken.changes.jsonl", 404)


def test_what_turns_out_to_be_personal_is_taken_back(api: Api, play: Play) -> None:
    told = Play(play.house, "told")
    told.publish()
    assert api.json("/v1/sets/told/rows")["rows"]
    told.write("personal", version="2.0.0")
    with pytest.raises(ConfigError, match="is personal"):
        told.publish()
    for path in ("/v1/sets/told", "/v1/sets/told/rows", "/v1/sets/told/versions/latest/files/told.csv"):
        api.problem(path, 404)


def test_a_set_is_taken_back_by_a_persons_word(api: Api, play: Play) -> None:
    Play(play.house, "taken").publish()
    assert api.json("/v1/sets/taken/rows")["rows"]
    play.house.done("publish", "taken", "--withdraw")
    api.problem("/v1/sets/taken", 404)
    again = play.house.gateway("publish", "taken", "--withdraw")
    assert again.returncode == 2
    assert "nothing of it is served" in said(again)[0]
    assert play.house.gateway("publish", "publication", "--withdraw").returncode == 2
    assert api.json("/v1/sets/play/rows")["rows"]


def test_a_set_without_its_files_takes_no_other_down(api: Api, play: Play) -> None:
    lost = Play(play.house, "lost").publish()
    rmtree(lost.folder)
    assert "lost" not in {each["dataset"] for each in api.json("/v1/sets")["sets"]}
    api.problem("/v1/sets/lost", 503)
    assert api.json("/v1/sets/play/rows")["rows"]
    assert "lost" not in {each["dataset"] for each in api.json("/health")["sets"]}
    play.house.done("publish", "lost", "--withdraw")


def test_a_publication_that_lost_its_lock_changes_nothing(
    api: Api, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process has published meanwhile: what was read before it must not come after it."""
    write, other = sets.write_package, "20990101T000000Z-00000000"
    since, held = read(api)

    def slow(*given: Any) -> None:
        write(*given)
        play.house.execute(f"""insert into ops.publication (dataset, version, row_count, content_sha256, last_batch_id)
            values ('play', '{other}', 0, '', 0)""")

    play.house.execute(NEXT_DAY[0])
    with monkeypatch.context() as patch:
        patch.setattr(sets, "write_package", slow)
        with pytest.raises(StoreError, match="another process has published the set meanwhile"):
            play.publish()
    assert read(api) == (since, held)
    play.house.execute(f"delete from ops.publication where version = '{other}'")
    play.publish()
    api.follow("play", since, held)
    assert held == play.current()


def test_one_set_is_published_by_one_process_at_a_time(play: Play) -> None:
    with (
        play.house.engine() as engine,
        alone(engine, "publish:play", where="", busy="", do=""),
        pytest.raises(LockedError, match="being published"),
    ):
        play.publish()
