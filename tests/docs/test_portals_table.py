"""The table of portals is what the mappings say."""

from __future__ import annotations

from gateway.portal_table import COLUMNS, markdown, placed, rows
from gateway.portals import load_portal, portal_names
from tests.docs.pages import ROOT, read

PAGE = read("docs/reference/portals.md")
FOLDERS = (ROOT / "mappings",)
SPECS = [load_portal(FOLDERS, name) for name in portal_names(FOLDERS)]


def test_the_table_is_that_of_the_mappings() -> None:
    assert placed(PAGE, markdown(SPECS)) == PAGE, "write it again: make docs"


def test_every_stream_has_its_line_and_every_cell_says_something() -> None:
    listed = list(rows(SPECS))
    assert [(row["portal"], row["stream"]) for row in listed] == [
        (spec.portal, stream.stream) for spec in SPECS for stream in spec.streams
    ]
    assert all(row[name] for row in listed for name in COLUMNS)


def test_the_lines_say_what_a_person_asks() -> None:
    said = {(row["portal"], row["stream"]): row for row in rows(SPECS)}
    assert said["province", "dossiers"] == {
        "portal": "province",
        "stream": "dossiers",
        "protocol": "rest",
        "auth": "oauth2_password",
        "paging": "page from 0",
        "change detection": "newest first (updatedDate)",
        "success": "HTTP status",
        "format": "json",
    }
    detail = said["national", "procedures"]
    assert detail["auth"] == "session_login + madonvi"
    assert detail["change detection"] == "each of procedure_list, by hash"
    assert detail["success"] == "error_code = `0` or `'0'` or `'00'`"
