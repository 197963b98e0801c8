"""R20, feed: readers who follow a set's changes while it is written and published have exactly the current set at the end.

Each begins with the files of a version and goes on from the `since` of that version, in pages of its own size. A change must fit what the
reader holds: only what he has not is added, only what he has is changed, into something else, or removed. So a change that came twice,
was missed, or came out of order shows at once, or at the end against the files of the last version.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from random import Random
from threading import Event
from typing import Any

import requests
from sqlalchemy import text

from gateway.store.database import connect
from proof.card import Line
from proof.household import household
from tests.helpers.serving import KEY, Play, serving

CHANGES, ROWS, WRITERS = 50_000, 12_000, 2
SHARE = ROWS // 2 // WRITERS
"""Codes that one writer changes; each has two rows."""

PAGES = (83, 250, 700, 1000)
"""Changes that each reader asks for at once."""

WRITES = (
    "update public.play set name = name || '·', amount = amount + 1 where code between :low and :high",
    "delete from public.play where code between :low and :high",
    """insert into public.play (code, part, name) select 'C' || lpad(n::text, 4, '0'), 2, 'Mới'
       from generate_series(cast(:least as int), :most) n on conflict do nothing""",
)

Row = dict[str, Any]


class Odd(Exception):
    """A change that does not fit what its reader holds."""


class Reader:
    """Holds the rows of a version, by key, and applies what changed since. limit: changes asked for at once."""

    def __init__(self, address: str, limit: int) -> None:
        self._address, self._limit = f"{address}/v1/sets/play", limit
        self._http = requests.Session()
        self._http.trust_env = False
        [version] = self._asked("versions")["versions"]
        self._since, self.count = version["since"], 0
        lines = self._http.get(f"{self._address}/versions/{version['version']}/files/play.jsonl", timeout=60).text
        self.held = {_key(row): row for row in map(json.loads, lines.splitlines())}

    def follow(self, is_over: Event) -> None:
        """Apply changes until there are none after the end of all writing. Raises Odd."""
        is_last = False
        while not is_last:
            was_over = is_over.is_set()
            page = self._asked("changes", since=self._since, limit=self._limit)
            for change in page["changes"]:
                self._apply(change)
            self._since, is_last = page["next"], was_over and page["is_last"]

    def _asked(self, name: str, **query: Any) -> Any:
        answer = self._http.get(f"{self._address}/{name}", params=query, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def _apply(self, change: dict[str, Any]) -> None:
        self.count += 1
        key, kind = _key(change["key"]), change["change"]
        if (kind == "added") == (key in self.held) or change.get("row") == self.held.get(key, {}):
            raise Odd(f"change {self.count} ({kind} {key}) does not fit what was told before")
        if kind == "removed":
            del self.held[key]
        else:
            self.held[key] = change["row"]


def measure(changes: int = CHANGES) -> Line:
    """Write and publish until so many changes are in the feed, which four readers follow."""
    with household() as house:
        play = Play(house)
        play.make(ROWS)
        house.execute("create unique index on public.play (code, part)")
        play.publish()
        with serving(house) as api:
            readers = [Reader(api.address, limit) for limit in PAGES]
            told, publications, odd = _followed(play, readers, changes)
        wrong = [*odd, *_unlike(readers, play.current(), told)]
    return Line(
        "R20",
        "feed",
        measured=f"{told} changes in {publications} publications beside {WRITERS} writers; {len(readers)} readers: {len(wrong)} complaints",
        required=f"at least {changes} changes; each reader gets each once, and ends with exactly the current set",
        passed=not wrong and told >= changes,
        detail=tuple(wrong),
    )


def _followed(play: Play, readers: Sequence[Reader], changes: int) -> tuple[int, int, list[str]]:
    """How many changes were published, in how many publications, and what readers found odd."""
    is_over, is_written, publications = Event(), Event(), 1
    with ThreadPoolExecutor(len(readers) + WRITERS) as pool:
        following = [pool.submit(each.follow, is_over) for each in readers]
        writing = [pool.submit(_write, play, number, is_written) for number in range(WRITERS)]
        try:
            while _told(play) < changes and not any(each.done() for each in (*following, *writing)):
                publications += play.publish().is_new
        finally:
            is_written.set()
            wrong = _wrong(writing)  # nobody writes any more
            publications += play.publish().is_new
            is_over.set()
        return _told(play), publications, [*wrong, *_wrong(following)]


def _wrong(tasks: Sequence[Future[None]]) -> list[str]:
    """What went wrong in tasks, once they are over."""
    return [f"{type(error).__name__}: {error}" for each in tasks if (error := each.exception())]


def _write(play: Play, number: int, is_written: Event) -> None:
    """Change the set's source without a pause, some hundred rows a time."""
    dice = Random(number)  # noqa: S311  # always the same, and no secret
    engine = connect(play.house.url)
    while not is_written.wait(0.02):
        least = number * SHARE + dice.randrange(SHARE - 60)  # rows of its own: two would wait for each other
        binds = {"least": least, "most": least + 60, "low": f"C{least:04}", "high": f"C{least + 60:04}"}
        with engine.begin() as connection:
            connection.execute(text(dice.choice(WRITES)), binds)
    engine.dispose()


def _told(play: Play) -> int:
    return int(play.house.value("select count(*) from share.play__change"))


def _unlike(readers: Sequence[Reader], current: dict[Any, Row], told: int) -> Iterator[str]:
    for number, reader in enumerate(readers, 1):
        if reader.count != told:
            yield f"reader {number} was told {reader.count} of {told} changes"
        if reader.held != current:
            odd = [key for key in reader.held.keys() | current.keys() if reader.held.get(key) != current.get(key)]
            yield f"reader {number} holds {len(odd)} rows otherwise than the last version, such as {odd[:3]}"


def _key(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in KEY)
