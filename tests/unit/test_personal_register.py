"""The register of personal data: each personal column has a purpose, each class of data a period."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.errors import ConfigError
from gateway.personal.register import FILE, load_register, personal_columns
from tests.helpers.house import ROOT, replace_in

SCHEMAS = ROOT / "schemas"


def test_every_personal_column_has_its_purpose_in_two_languages() -> None:
    register = load_register([ROOT / "mappings"], SCHEMAS)
    assert register.purposes.keys() == personal_columns() >= {"dossier.applicant_name", "dossier.applicant_identity"}
    assert all(said["vi"] and said["en"] for said in register.purposes.values())
    assert register.days == {"landing": 90, "quarantine": 180, "deliveries": 180, "dossiers": 730}


def test_a_site_has_periods_of_its_own(tmp_path: Path) -> None:
    _own(tmp_path, "landing: 90", "landing: 30")
    assert load_register([tmp_path, ROOT / "mappings"], SCHEMAS).days["landing"] == 30


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  dossier.applicant_phone:", "  dossier.applicant_fax:", "no purpose is given for dossier.applicant_phone"),
        ("columns:\n", "columns:\n  dossier.status_code: {purpose: {vi: a, en: b}, basis: [c]}\n", "no personal column is called dossier.status_code"),
        ("landing: 90", "landing: 0", "0 is less than the minimum"),
        ("landing: 90", "archive: 90", "is a required property"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = _own(tmp_path, old, new)
    with pytest.raises(ConfigError, match=said) as caught:
        load_register([tmp_path], SCHEMAS)
    assert f"{path}:" in str(caught.value)


def _own(folder: Path, old: str, new: str) -> Path:
    path = folder / FILE
    path.parent.mkdir()
    path.write_text((ROOT / "mappings" / FILE).read_text("utf-8"), "utf-8")
    replace_in(path, old, new)
    return path
