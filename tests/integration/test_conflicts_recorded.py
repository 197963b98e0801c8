"""What portals disagree on is written down with both values, and closed when they agree again."""

from __future__ import annotations

import pytest

from sandbox.testing import running_sandbox
from tests.helpers.house import House

OPEN = 'select "column", owner, owner_value, portal, value from ops.conflict where settled_at is null order by 3, 5'


@pytest.fixture
def agreed(house: House) -> House:
    """Two portals that call a procedure the same."""
    with running_sandbox("--procedures", "3", "--dossiers", "0", "--only", "national", "--only", "province") as sandbox:
        house.connect_to(sandbox)
        house.night("national")
        house.night("province")
        house.execute("update core.procedure set procedure_name = 'Tên chung', procedure_code_national = '1.000001'")
        house.execute(
            "delete from core.procedure where issuer = 'province' and procedure_id not in (select min(procedure_id) from core.procedure where issuer = 'province')"
        )
        house.execute(
            "delete from core.procedure where issuer = 'national' and procedure_id not in (select min(procedure_id) from core.procedure where issuer = 'national')"
        )
        house.execute("delete from ops.conflict")
        yield house


def _record(house: House) -> int:
    from gateway import conflicts

    with house.shop() as shop:
        return conflicts.record(shop, 1, ["procedure"])


def test_a_conflict_is_written_down_once_and_closed_when_it_is_over(agreed: House) -> None:
    assert _record(agreed) == 0
    agreed.execute("update core.procedure set procedure_name = 'Tên khác' where issuer = 'province'")
    assert (_record(agreed), _record(agreed)) == (1, 0)
    assert agreed.rows(OPEN) == [("procedure_name", "national", "Tên chung", "province", "Tên khác")]
    agreed.execute("update core.procedure set procedure_name = 'Tên chung' where issuer = 'province'")
    assert _record(agreed) == 0
    assert agreed.rows(OPEN) == []
    assert agreed.value("select count(*) from ops.conflict") == 1


def test_another_value_is_another_conflict(agreed: House) -> None:
    for name in ("Tên khác", "Tên khác nữa"):
        agreed.execute(f"update core.procedure set procedure_name = '{name}' where issuer = 'province'")
        assert _record(agreed) == 1
    assert agreed.column("select value from ops.conflict order by conflict_id") == ["Tên khác", "Tên khác nữa"]
    assert agreed.value("select count(*) from ops.conflict where settled_at is null") == 1


def test_a_night_writes_down_what_the_portals_disagree_on(house: House) -> None:
    with running_sandbox(
        "--procedures", "60", "--dossiers", "0", "--only", "national", "--only", "province"
    ) as sandbox:
        house.connect_to(sandbox)
        house.night()
        told = house.done("mapping", "conflicts")
    assert house.value("select count(*) from ops.conflict where settled_at is null") == len(told.splitlines()) - 1
