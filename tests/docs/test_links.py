"""A link that leads nowhere is a promise broken."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, own_pages, pages, prose, read

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def _targets(page: Path) -> list[str]:
    found = _LINK.findall(prose(page.read_text("utf-8")))
    return [target for target in found if not target.startswith(("https://", "http://", "mailto:"))]


def _anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\s-]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file(page: Path) -> None:
    for target in _targets(page):
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{page.relative_to(ROOT)} links to {target}"
        assert not anchor or anchor in _anchors(file), f"{page.relative_to(ROOT)}: no heading {anchor} in {file.name}"


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, waiting = set[Path](), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        waiting += [(page.parent / target.split("#")[0]).resolve() for target in _targets(page) if target[0] != "#"]
    assert set(own_pages()) - reached == set()


def test_the_two_readmes_know_each_other_and_say_as_much() -> None:
    english, vietnamese = read("README.md"), read("README.vi.md")
    assert "(README.vi.md)" in english
    assert "(README.md)" in vietnamese
    assert english.count("\n## ") == vietnamese.count("\n## ")
    assert re.findall(r"`(GATEWAY_\w+)`", english) == re.findall(r"`(GATEWAY_\w+)`", vietnamese)
