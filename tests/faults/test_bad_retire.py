"""`retire` on a stream that cannot prove an absence is refused, with the line where it stands."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gateway.errors import ConfigError
from gateway.portals import load_portal
from tests.helpers.house import ROOT, replace_in

RETIRE = "retire: {after: 2, limit: 2%}"
WHOLE = "retire needs a list that comes whole each time: "
MISTAKES = {
    "dossiers-read-in-part": ("province", "dossiers", "records: content", f"records: content\n{RETIRE}", WHOLE),
    "asked-one-by-one": ("national", "procedures", "records: result", f"records: result\n{RETIRE}", WHOLE),
    "pages-without-a-total": ("province", "procedures", ", total: totalElements", "", WHOLE),
    "files": ("files", "agencies", 'records: "."', f'records: "."\n{RETIRE}', WHOLE),
    "one-list-is-enough": (
        "province",
        "procedures",
        RETIRE,
        "retire: {after: 1, limit: 2%}",
        "1 is less than the minimum of 2",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_refused_with_its_line(mistake: str, tmp_path: Path) -> None:
    portal, stream, old, new, says = MISTAKES[mistake]
    shutil.copytree(ROOT / "mappings", tmp_path / "mappings")
    file = tmp_path / "mappings" / portal / f"{stream}.yaml"
    replace_in(file, old, new)
    _refused(file, says)


def test_refused_where_another_list_may_have_what_this_one_lacks(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "mappings", tmp_path / "mappings")
    folder = tmp_path / "mappings" / "national"
    replace_in(folder / "fields.yaml", "into: field", "into: procedure_listing")
    _refused(folder / "procedure_list.yaml", "procedure_listing is filled by fields too")


def _refused(file: Path, says: str) -> None:
    line = next(n for n, text in enumerate(file.read_text("utf-8").splitlines(), 1) if text.startswith("retire:"))
    with pytest.raises(ConfigError) as refused:
        _ = load_portal((file.parent.parent,), file.parent.name).streams
    assert says in str(refused.value)
    assert f"{file}:{line}" in str(refused.value)
