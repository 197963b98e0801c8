"""Rights to read sets, as the operator gives and takes them: each in the audit log, and none that a contract cannot honour."""

from __future__ import annotations

import json

import pytest

from tests.helpers.house import House, said
from tests.helpers.people import AGENCY

CODE, SET = "justice-department", "dossier_status"
GRANT = ("access", "grant", CODE, SET, "--role", "agency_reader", "--basis", "12/TT-CSDL")

OTHER = ("grant", CODE, "delivery", "--role", "agency_reader", "--basis", "12/TT-CSDL")


@pytest.fixture
def consumer(house: House) -> House:
    """A house with one consumer, one agency of the province, and one of the national portal."""
    house.done("keys", "add", CODE, "Sở Tư pháp")
    house.execute(AGENCY.format(issuer="national", code="H33.18", parent="null"))
    house.execute(AGENCY.format(issuer="province", code="H33.17", parent="null"))
    return house


def test_a_right_is_given_listed_taken_back_and_written_down(consumer: House) -> None:
    consumer.done(*GRANT, "--agency", "H33.17", "--from", "2026-01-01")
    [listed] = json.loads(consumer.done("access", "list", "--json"))
    given = (listed["consumer_code"], listed["dataset"], listed["role"], listed["basis"], listed["revoked_at"])
    assert given == (CODE, SET, "agency_reader", "12/TT-CSDL", None)
    assert (listed["agency_code"], listed["period_from"], listed["period_until"]) == ("H33.17", "2026-01-01", None)
    consumer.done("access", "revoke", CODE, SET)
    consumer.done(*GRANT)
    rights = json.loads(consumer.done("access", "list", "--json"))
    assert [each["revoked_at"] is None for each in rights] == [False, True]
    log = consumer.rows("select action, subject, detail from ops.audit order by entry_id desc limit 3")
    assert [row[:2] for row in log] == [
        ("right granted", f"{CODE} {SET}"), ("right revoked", f"{CODE} {SET}"), ("right granted", f"{CODE} {SET}")
    ]  # fmt: skip
    assert json.loads(log[0][2]) == {"role": "agency_reader", "basis": "12/TT-CSDL"}
    consumer.done("audit", "verify")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("grant", "nobody", SET, "--role", "agency_reader", "--basis", "1"), "no such consumer"),
        (("grant", CODE, "nothing", "--role", "agency_reader", "--basis", "1"), "no data set nothing"),
        (("grant", CODE, SET, "--role", "clerk", "--basis", "1"), "no role clerk → choose one of agency_reader"),
        (("grant", CODE, SET, "--role", "agency_reader", "--basis", " "), "a right needs its legal basis"),
        ((*GRANT[1:], "--from", "2026-02-01", "--until", "2026-01-01"), "the period ends before it begins"),
        ((*GRANT[1:], "--agency", "H33.18"), "no agency in force of province has this code"),
        ((*OTHER, "--from", "2026-02-01"), "no period in its scope → leave --from"),
        ((*OTHER, "--agency", "H33.17"), "no agency in its scope → leave --agency out"),
        (("grant", CODE, "crosswalk", "--role", "agency_reader", "--basis", "1"), "the set is open to all"),
        (("revoke", CODE, SET), "the consumer has no right to this set"),
    ],
)
def test_a_right_that_cannot_be_honoured_is_refused(consumer: House, arguments: tuple[str, ...], says: str) -> None:
    ended = consumer.gateway("access", *arguments)
    assert ended.returncode == 2
    assert says in said(ended)[0]
    assert consumer.value("select count(*) from ops.audit") == 1


def test_a_consumer_has_one_right_to_a_set(consumer: House) -> None:
    consumer.done(*GRANT)
    ended = consumer.gateway(*GRANT)
    assert ended.returncode == 2
    assert f"gateway access revoke {CODE} {SET}" in said(ended)[0]
