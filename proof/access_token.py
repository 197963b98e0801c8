"""One who reads by tokens, as programs that speak OAuth2 do: a new one for each call, for its code and key."""

from __future__ import annotations

from urllib.parse import urljoin

import requests
from requests.auth import AuthBase


class ByToken(AuthBase):
    """What a session of `requests` shows. code, key: the consumer's."""

    def __init__(self, code: str, key: str) -> None:
        self._client, self._http = (code, key), requests.Session()
        self._http.trust_env = False

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """The request, with a token of the server that it goes to."""
        place, form = urljoin(str(request.url), "/v1/token"), {"grant_type": "client_credentials"}
        token = self._http.post(place, data=form, auth=self._client, timeout=30).json()["access_token"]
        request.headers["Authorization"] = f"Bearer {token}"
        return request
