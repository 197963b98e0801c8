"""Every delivery that is shipped can be read, and says of what it lacks who decides."""

from pathlib import Path

import pytest

from gateway.config import HOME
from gateway.delivery.spec import FOLDER, Delivery, read_delivery
from gateway.portals import load_portal, portal_names

MAPPINGS = (HOME / "mappings",)
FILES = sorted(HOME.glob(f"mappings/*/{FOLDER}/*.yaml"))


def _read(path: Path) -> Delivery:
    return read_delivery(load_portal(MAPPINGS, path.parents[1].name), path)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parents[1].name}/{path.stem}")
def test_it_is_read(path: Path) -> None:
    target = _read(path)
    assert target.target == f"{path.parents[1].name}/{path.stem}"
    assert target.record_payload or target.event_payload
    assert set(target.whose.issuers) <= set(portal_names(MAPPINGS)) - {target.portal.portal}


def test_a_dossier_is_told_to_nobody_twice() -> None:
    """What was filed on the national portal is told back to it, and is not made there anew."""
    [made, told_back] = [_read(path).whose for path in FILES if path.stem in {"dossiers", "statuses"}]
    story = {"status_code": "4", "procedure_code": "1.001193", "procedure_code_national": None}
    for code in ("G22.99.99-261120-0001", None):
        filed = {**story, "dossier_code_national": code}
        assert made.concerns(filed) != told_back.concerns(filed)
