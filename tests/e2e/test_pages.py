"""The pages of the shared sets in a real browser: found, read, downloaded, by mouse and by keyboard, with nothing from elsewhere."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from sandbox.testing import running_sandbox
from tests.conftest import NewHouse
from tests.helpers.house import ROOT, House
from tests.helpers.serving import Api, files_of, serving

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium"),
    pytest.mark.long,
]
PICTURES = ROOT / ".gateway" / "screenshots"
SEEN = (
    "/",
    "/?q=ho+so",
    "/?q=khong+co+gi",
    "/sets/procedure_fee",
    "/sets/procedure_catalogue",
    "/sets/dossier_status",
    "/sets/dossier_personal",
    "/sets/dossier_count",
    "/sets/none",
)
"""Every kind of page: all sets, what a search finds, a search without hits, open sets, one that needs a key, one of persons, one of counts, a refusal."""


@pytest.fixture(scope="module")
def house(new_house: NewHouse) -> House:
    """A night of a province, published; one of its sets was not brought up to date for three days."""
    house = new_house()
    with running_sandbox("--dossiers", "120", "--procedures", "40") as sandbox:
        house.connect_to(sandbox)
        house.night()
    house.done("publish", GATEWAY_PUBLIC_URL="https://data.example.vn")
    old = datetime.now(UTC) - timedelta(days=3, hours=5)
    (house.place / "datasets" / "procedure_fee" / ".as-of").write_text(old.isoformat(), "utf-8")
    return house


@pytest.fixture(scope="module")
def api(house: House) -> Iterator[Api]:
    """It, served."""
    with serving(house) as api:
        yield api


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"] if os.getuid() == 0 else []
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, api: Api) -> Iterator[Page]:
    """A page that asks no other host for anything and has nothing to complain of."""
    context = browser.new_context(base_url=api.address, viewport={"width": 1280, "height": 900}, locale="vi-VN")
    page = context.new_page()
    asked: set[str] = set()
    said: list[str] = []
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    assert asked == {urlsplit(api.address).netloc}
    assert [each for each in said if "404" not in each] == []


def test_from_hearing_of_a_set_to_its_file(page: Page, house: House, tmp_path: Path) -> None:
    page.goto("/")
    page.get_by_label("Tìm bộ dữ liệu").fill("le phi")
    page.get_by_role("button", name="Tìm").click()
    assert "bộ có đủ các từ “le phi”" in page.get_by_role("status").inner_text()
    page.get_by_role("article").first.get_by_role("link").click()
    assert page.get_by_role("heading", level=1).inner_text().startswith("Phí, lệ phí của thủ tục")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="procedure_fee.csv").click()
    waiting.value.save_as(tmp_path / "got.csv")
    assert waiting.value.suggested_filename == "procedure_fee.csv"
    assert (tmp_path / "got.csv").read_bytes() == (files_of(house, "procedure_fee") / "procedure_fee.csv").read_bytes()


def _focused(page: Page) -> dict[str, Any]:
    return dict(
        page.evaluate("""() => { const e = document.activeElement, [r] = e.getClientRects(), s = getComputedStyle(e);
            const y = Math.max(r.y, 0) + Math.min(r.height, innerHeight) / 2;
            return {name: e.id || e.innerText.slice(0, 60), x: r.x, width: r.width, outline: s.outlineStyle + s.outlineWidth,
                covered: !e.contains(document.elementFromPoint(r.x + Math.min(r.width, innerWidth - r.x) / 2, y))}; }""")
    )


def test_by_keyboard_alone(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    assert _focused(page)["name"].startswith("Đến nội dung chính")
    assert _focused(page)["x"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert _focused(page)["name"] == "q"
    page.keyboard.type("ho so")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?q=ho+so")
    assert "Trạng thái hồ sơ" in page.get_by_role("main").inner_text()


@pytest.mark.parametrize("path", ["/", "/sets/procedure_fee", "/sets/dossier_status"])
def test_what_has_the_focus_is_seen(page: Page, path: str) -> None:
    page.goto(path)
    count = page.locator("a[href], button, input, summary, [tabindex='0']").filter(visible=True).count()
    for _ in range(count):
        page.keyboard.press("Tab")
        focused = _focused(page)
        assert focused["outline"] == "solid3px", focused
        assert focused["width"] > 0, focused
        assert not focused["covered"], focused


@pytest.mark.parametrize(
    ("path", "scheme"), [*((path, "light") for path in SEEN), ("/?q=ho+so", "dark"), ("/sets/procedure_fee", "dark")]
)
def test_axe_finds_nothing(page: Page, path: str, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(path)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("path", SEEN)
def test_nothing_is_wider_than_a_narrow_screen(page: Page, path: str) -> None:
    """320 pixels are also a screen of 640 at 200 %."""
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(path)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_axe_finds_nothing_where_columns_stand_under_each_other(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/sets/procedure_fee")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_roles_are_named_where_columns_stand_under_each_other(page: Page) -> None:
    page.goto("/sets/dossier_personal")
    names = page.get_by_role("table", name="theo từng vai trò").locator("td > code")
    assert [each.is_visible() for each in names.all()] == [False] * 6
    page.set_viewport_size({"width": 390, "height": 800})
    assert [each.is_visible() for each in names.all()] == [True] * 6
    assert Axe().run(page).violations_count == 0


def test_pictures_for_people(page: Page) -> None:
    """How it looks is kept for whoever changes it: wide, narrow, dark."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name, path in {
        "catalogue": "/",
        "search": "/?q=ho+so",
        "open": "/sets/procedure_fee",
        "key": "/sets/dossier_status",
        "persons": "/sets/dossier_personal",
        "counts": "/sets/dossier_count",
    }.items():
        for kind, width, scheme in (("1280", 1280, "light"), ("390", 390, "light"), ("dark", 1280, "dark")):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(path)
            picture = page.screenshot(path=PICTURES / f"{name}-{kind}.png", full_page=True)
            assert len(picture) > 20_000
