"""An agency and all below it (cơ quan và các đơn vị trực thuộc), as the agencies in force say now."""

from __future__ import annotations

from sqlalchemy import Connection, text

_BELOW = text("""
    with recursive below (issuer, code) as (
        select issuer, agency_code from core.agency where agency_code = :code and valid_to is null
        union
        select a.issuer, a.agency_code from below join core.agency as a
            on a.issuer = below.issuer and a.parent_code = below.code and a.valid_to is null
    )
    select code from below""")
"""Each issuer's own tree: a code of one may be another agency's at the other. A tree that leads back to itself ends, too."""


def below(connection: Connection, code: str) -> frozenset[str]:
    """The codes of an agency and those below it; none when no agency in force has the code."""
    return frozenset(connection.scalars(_BELOW, {"code": code}))
