"""Table `ops.service_level`: how the clocks from the law were kept, by rule, place, agency and month; counted again before each publishing.

Ends of terms need the calendar of working days, which is no matter for SQL. So the cases are judged in Python, and what the set
`service_level` shows is kept here.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DateTime, Integer, Table, Text, func
from sqlalchemy.dialects.postgresql import ARRAY

from gateway.store.core import metadata

COUNTS = ("met_count", "missed_count", "running_count", "unknown_count")

service_level = Table(
    "service_level",
    metadata,
    Column("rule", Text, primary_key=True),
    Column("place", Text, primary_key=True, comment="portal, or target of a delivery"),
    Column("agency_name", Text, primary_key=True, comment="unknown where the portal names none"),
    Column(
        "month", Text, primary_key=True, comment="in Vietnam, of the cases' beginning; unknown where nobody told it"
    ),
    Column("rule_name", Text, nullable=False, comment="Vietnamese"),
    Column("rule_name_en", Text, nullable=False),
    *(Column(name, BigInteger, nullable=False) for name in COUNTS),
    Column("limit_amount", Integer, nullable=False),
    Column("limit_unit", Text, nullable=False, comment="minute, working-hour or working-day"),
    Column("legal_basis", ARRAY(Text), nullable=False, comment="texts, each with how sure it is"),
    Column("calendar_version", Text, nullable=False),
    Column("counted_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    schema="ops",
)
