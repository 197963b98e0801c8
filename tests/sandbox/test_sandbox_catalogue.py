"""A real catalogue of 2,642 procedures is served as it stands in its file."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.testing import Running, running_sandbox

pytestmark = pytest.mark.filterwarnings("error")
FILE = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "tthc_catalogue.csv"

Rows = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def rows() -> Rows:
    """The rows of the file by code; skips where it is absent."""
    if not FILE.exists():
        pytest.skip("the real catalogue ../shared/data/tthc_catalogue.csv is not on this machine")
    with FILE.open(encoding="utf-8-sig", newline="") as lines:
        return {row["ma"]: row for row in csv.DictReader(lines)}


@pytest.fixture(scope="module")
def real(rows: Rows) -> Iterator[Running]:
    """A sandbox that serves the file."""
    with running_sandbox("--catalogue", str(FILE), "--dossiers", "500") as running:
        yield running


def test_every_name_is_listed_byte_for_byte(real: Running, rows: Rows) -> None:
    listed = real.service(real.national_session(), "LayDanhSachTTHC").json()["result"]
    assert [(item["MATTHC"], item["TENTTHC"]) for item in listed] == [(code, row["ten"]) for code, row in rows.items()]


def test_every_detail_says_what_its_row_says(real: Running, rows: Rows) -> None:
    session = real.national_session()
    lost = [code for code, row in rows.items() if row["crawl_mismatch"] == "1"]
    assert len(lost) == 17
    for code, row in rows.items():
        result = real.service(session, "LayThuTuc", maTTHC=code).json()["result"]
        if code in lost:
            assert result == []
            continue
        [detail] = result
        assert detail["TENTTHC"] == row["ten"]
        assert detail["QUYETDINH"] == row["so_quyet_dinh"]
        assert [field["TENLINHVUC"] for field in detail["LINHVUCTHUCHIEN"]] == row["linh_vuc"].split(" | ")
        assert " | ".join(agency["TENDONVI"] for agency in detail["COQUANTHUCHIEN"]) == row["co_quan_thuc_hien"]
        assert ", ".join(level["TENCAP"] for level in detail["CAPTHUCHIEN"]) == row["cap_thuc_hien"]
        assert ", ".join(kind["TENDOITUONG"] for kind in detail["DOITUONGTHUCHIEN"]) == row["doi_tuong_thuc_hien"]
        assert "; ".join(paper["SOVANBAN"] for paper in detail["CANCUPHAPLY"]) == row["can_cu_ma"]
        assert detail["TRINHTUTHUCHIEN"] == detail["THANHPHANHOSO"] == []
        assert all(channel["THOIGIAN"] == [] for channel in detail["CACHTHUCTHUCHIEN"])


def test_a_size_cuts_or_fills_the_catalogue(rows: Rows) -> None:
    for size in (10, len(rows) + 8):
        with running_sandbox("--catalogue", str(FILE), "--procedures", str(size), "--dossiers", "0") as running:
            listed = running.service(running.national_session(), "LayDanhSachTTHC").json()["result"]
        codes = [item["MATTHC"] for item in listed]
        assert len(codes) == len(set(codes)) == size
        assert {code[:3] for code in codes if code not in rows} <= {"1.9"}
