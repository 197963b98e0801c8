"""The search of R11 is awake: a person in a text is counted at its place, and what holds none is not."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

from proof.unspoken import Canaries, content

PERSON = frozenset({"Lê Giả Định Canari", "099000000001"})


def test_a_person_is_counted_where_it_is_named() -> None:
    canaries = Canaries(PERSON)
    canaries.look("a log", "nothing to see")
    canaries.look("a table", "(1,099000000001,)")
    canaries.look("an answer", '{"name": "Lê Giả Định Canari", "number": "099000000001"}')
    assert canaries.found == {"a table": 1, "an answer": 2}
    assert canaries.characters > 50


def test_what_is_packed_is_looked_into(tmp_path: Path) -> None:
    book = tmp_path / "book.xlsx"
    with ZipFile(book, "w") as zipped:
        zipped.writestr("sheet.xml", "<c>099000000001</c>")
    canaries = Canaries(PERSON)
    canaries.look("a book", "".join(content(book)))
    assert canaries.found == {"a book": 1}
