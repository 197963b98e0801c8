"""The loopback HTTPS server of the tests shows what it is told to, so that a refusal proves something."""

import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from tests.helpers.tls import Authority, Flaw, Pair, serving, silent

pytestmark = pytest.mark.filterwarnings("error")
Get = Callable[..., requests.Response]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """An authority of the test's own."""
    return Authority(tmp_path)


@pytest.fixture
def get(authority: Authority) -> Get:
    """GET with trust in that authority alone."""

    def call(address: str, pair: Pair | None = None) -> requests.Response:
        certificate = None if pair is None else (str(pair.certificate), str(pair.key))
        with requests.Session() as session:
            session.trust_env = False
            return session.get(f"{address}/a", verify=str(authority.bundle), cert=certificate, timeout=(20, 20))

    return call


def test_a_good_certificate_is_accepted(authority: Authority, get: Get) -> None:
    with serving(authority.server()) as server:
        assert get(server.address).json() == {"line": "GET /a HTTP/1.1"}
    assert server.clients == [None]


@pytest.mark.parametrize(
    ("flaw", "reason"),
    [
        ("expired", "certificate has expired"),
        ("not_yet_valid", "certificate is not yet valid"),
        ("wrong_host", "IP address mismatch"),
        ("self_signed", "self-signed certificate"),
        ("other_authority", "unable to get local issuer certificate"),
    ],
)
def test_each_flaw_is_refused_for_its_own_reason(authority: Authority, get: Get, flaw: Flaw, reason: str) -> None:
    with serving(authority.server(flaw)) as server, pytest.raises(requests.exceptions.SSLError, match=reason):
        get(server.address)
    assert server.requests == []


def test_a_demanded_certificate_is_asked_for_and_known(authority: Authority, get: Get) -> None:
    with serving(authority.server(), clients_of=authority.bundle) as server:
        assert get(server.address, authority.client("gateway")).status_code == 200
        with pytest.raises(requests.exceptions.RequestException):
            get(server.address)
    assert server.clients == ["gateway"]
    assert server.refused == ["PEER_DID_NOT_RETURN_A_CERTIFICATE"]


def test_a_server_may_speak_an_older_version_only(authority: Authority) -> None:
    modern = ssl.create_default_context(cafile=str(authority.bundle))
    modern.minimum_version = ssl.TLSVersion.TLSv1_3
    adapter = requests.adapters.HTTPAdapter()
    adapter.init_poolmanager(1, 1, ssl_context=modern)
    with serving(authority.server(), newest=ssl.TLSVersion.TLSv1_2) as server, requests.Session() as session:
        session.trust_env = False
        session.mount("https://", adapter)
        with pytest.raises(requests.exceptions.SSLError, match="VERSION"):
            session.get(server.address, verify=str(authority.bundle), timeout=20)


def test_a_silent_server_never_shakes_hands(authority: Authority) -> None:
    with silent() as address, pytest.raises(requests.exceptions.Timeout):
        requests.get(address, verify=str(authority.bundle), timeout=0.2)
