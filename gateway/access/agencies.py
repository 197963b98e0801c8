"""An agency and all below it (cơ quan và các đơn vị trực thuộc), as the agencies in force say now."""

from __future__ import annotations

from sqlalchemy import Connection, text

_BELOW = text("""
    with recursive below (code) as (
        select agency_code from core.agency where issuer = :issuer and agency_code = :code and valid_to is null
        union
        select a.agency_code from below join core.agency as a
            on a.issuer = :issuer and a.parent_code = below.code and a.valid_to is null
    )
    select code from below""")
"""One issuer's tree: a code of his may be another agency's at another. A tree that leads back to itself ends, too."""


def below(connection: Connection, issuer: str, code: str) -> frozenset[str]:
    """The codes of an agency and those below it, as this issuer gives them; none when no agency of his in force has the code."""
    return frozenset(connection.scalars(_BELOW, {"issuer": issuer, "code": code}))
