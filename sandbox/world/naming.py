"""Codes for agencies and fields of which only the name is known: ministries keep theirs, others get a stable one."""

import unicodedata
from functools import cache

from sandbox.world.chance import short_mark
from sandbox.world.facts import table


def plain(name: str) -> str:
    """A name without the accidents of spelling (Unicode form, blanks, case), so that two spellings share one code."""
    return " ".join(unicodedata.normalize("NFC", name).split()).casefold()


@cache
def _ministries() -> dict[str, str]:
    return {plain(row["name"]): row["code"] for row in table("ministries.tsv")}


@cache
def ministry_code(name: str) -> str:
    """The identifier of a ministry (`G12`), or a generated one (`GX` and six digits) for a body without a known one."""
    return _ministries().get(plain(name)) or f"GX{short_mark(plain(name))}"


@cache
def agency_code(name: str) -> str:
    """The code of an agency: `000.00.00.G12` for a ministry, a generated `CQ.` code for every other name."""
    known = _ministries().get(plain(name))
    return f"000.00.00.{known}" if known else f"CQ.{short_mark(plain(name))}"


@cache
def field_code(ministry: str, field: str) -> str:
    """The code of a field (lĩnh vực) of a ministry, `G12-LV` and six digits; the same name has the same code."""
    return f"{ministry_code(ministry)}-LV{short_mark(plain(field))}"


@cache
def applicant_code(name: str) -> str:
    """The code of a kind of applicant (đối tượng thực hiện)."""
    return f"DT.{short_mark(plain(name))}"
