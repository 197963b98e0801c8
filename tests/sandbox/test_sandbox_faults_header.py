"""Misbehaviour that a call orders for itself, in its own header."""

from collections.abc import Iterator

import pytest
import requests

from sandbox.guide import Guide
from sandbox.portal import Portal
from sandbox.portals import MAKERS
from sandbox.testing import Running

pytestmark = pytest.mark.filterwarnings("error")
SEARCH = "/pa/dossier/search"


def search(sandbox: Running, token: str, fault: str | None = None) -> requests.Response:
    """One page, spoiled as the header says."""
    headers = {"Authorization": f"Bearer {token}"} | ({} if fault is None else {"X-Sandbox-Fault": fault})
    return sandbox.http.get(sandbox.province + SEARCH, params={"size": "3"}, headers=headers, timeout=30)


def test_a_header_spoils_its_own_call_and_no_other(sandbox: Running, token: str) -> None:
    good = search(sandbox, token)
    assert search(sandbox, token, "empty").content == b""
    assert search(sandbox, token).content == good.content


def test_parameters_follow_the_kind(sandbox: Running, token: str) -> None:
    answer = search(sandbox, token, "status; status=429; retry_after=7")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")


def test_a_value_may_be_percent_encoded_and_an_object_is_json(sandbox: Running, token: str) -> None:
    changes = '{"1": {"note": "một; hai=%3B"}}'
    answer = search(sandbox, token, f"rewrite;records={requests.utils.quote(changes)}")
    assert answer.json()["content"][1]["note"] == "một; hai=%3B"


def test_a_call_spoiled_by_its_header_is_in_the_ledger(sandbox: Running, token: str) -> None:
    def spoiled() -> int:
        ledger = sandbox.http.get(f"{sandbox.province}/_sandbox/ledger", timeout=10).json()
        return int(ledger["spoiled"].get(SEARCH, 0))

    before = spoiled()
    search(sandbox, token, "bom")
    assert spoiled() == before + 1


def test_the_header_comes_before_a_waiting_order_which_counts_the_call_all_the_same(
    sandbox: Running, token: str
) -> None:
    sandbox.order("province", "faults", {"match": SEARCH, "kind": "empty", "after": 1})
    assert search(sandbox, token, "status;status=502").status_code == 502
    assert search(sandbox, token).content == b""
    assert search(sandbox, token).json()["content"]


def guides(kind: type[Portal] = Portal) -> Iterator[Guide]:
    """What every kind of portal says about itself."""
    if hasattr(kind, "guide"):
        yield kind.guide
    for special in kind.__subclasses__():
        yield from guides(special)


@pytest.mark.parametrize("name", MAKERS)
def test_every_portal_misbehaves_at_its_own_addresses(sandbox: Running, name: str) -> None:
    [guide] = [guide for guide in guides() if guide.name == name]
    first = guide.endpoints[0]
    headers = {"X-Sandbox-Fault": "status;status=418"}
    answer = sandbox.http.request(first.method, sandbox.addresses[name] + first.path, headers=headers, timeout=30)
    assert answer.status_code == 418


@pytest.mark.parametrize(
    "fault",
    [
        "",
        "explode",
        "status;status=many",
        "status;status=200",
        "redirect",
        "empty;seconds=1",
        "empty;times=2",
        "empty;match=/",
        "rewrite;records={",
        'rewrite;records={"first": {}}',
        "body;base64=***",
    ],
)
def test_a_header_without_sense_is_422_with_a_reason(sandbox: Running, token: str, fault: str) -> None:
    answer = search(sandbox, token, fault)
    assert answer.status_code == 422
    assert answer.json()["error"].startswith("cannot take this order: ")
