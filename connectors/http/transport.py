"""One exchange on the wire: a session that knows nothing of its environment, and a request put into its form."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import msgspec
import requests
from requests.adapters import HTTPAdapter

from connectors.body import AsSent
from connectors.http.deadline import POOLS
from connectors.http.network import Network
from connectors.http.politeness import Limits
from connectors.http.quiet import hush
from connectors.request import Request


class _Adapter(HTTPAdapter):
    """Connections that a deadline can cut, from the address the portal knows us by, also behind a proxy."""

    def __init__(self, source_address: str) -> None:
        self._source = {"source_address": (source_address, 0)} if source_address else {}
        super().__init__(max_retries=0, pool_maxsize=1, pool_block=True)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Where requests makes its pools for direct connections."""
        super().init_poolmanager(*args, **{**kwargs, **self._source})
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """Where it makes those behind a proxy."""
        manager = super().proxy_manager_for(proxy, **{**kwargs, **self._source})
        manager.pool_classes_by_scheme = POOLS
        return manager


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002
        """Nowhere: asked not to follow, requests would still read the whole body of a redirect, inflated, and its address."""
        return


def new_session(network: Network) -> requests.Session:
    """A session for one thread: no proxy, netrc or authority from the environment, no file:// or other schemes."""
    hush()
    session = _Session()
    session.trust_env = False
    session.adapters.clear()
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter(network.source_address))
    session.verify = network.ca_bundle or True
    session.cert = network.certificate
    session.proxies = network.proxies
    return session


def exchange(
    session: requests.Session, address: str, request: Request, limits: Limits
) -> AbstractContextManager[requests.Response]:
    """Send one request; gives the answer with its body unread. Raises what requests raises."""
    return session.send(
        session.prepare_request(_prepared(address, request)),
        stream=True,
        allow_redirects=False,
        timeout=(limits.connect, limits.read),
    )


def as_sent(response: requests.Response) -> AsSent:
    """The call that an answer belongs to."""
    asked = response.request
    body = asked.body.encode() if isinstance(asked.body, str) else asked.body or b""
    return AsSent(str(asked.method), asked.path_url, tuple(asked.headers.items()), body)


def _prepared(address: str, request: Request) -> requests.Request:
    accept = "*/*" if request.packed or request.content is not None else "application/json"
    headers = {"Accept": accept, "Accept-Encoding": "identity", **request.headers}
    data: Any = request.form
    if request.content is not None:
        data = request.content() if callable(request.content) else request.content
        headers["Content-Type"] = request.content_type or "application/octet-stream"
    elif request.body is not None:
        data = msgspec.json.encode(request.body)
        headers["Content-Type"] = "application/json; charset=utf-8"
    return requests.Request(
        request.method,
        address + request.path,
        params=dict(request.query),
        headers=headers,
        data=data,
        auth=request.basic,
    )
