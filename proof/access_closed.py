"""What opens nothing: keys and tokens that are garbled, forged, over or taken back, at every route of every set."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from typing import Any

import jwt

from gateway.access.tokens import prefix_of
from gateway.config import Settings
from gateway.wrapped import fingerprint
from proof.access_world import MARK, World
from tests.helpers.house import House
from tests.helpers.people import consumer
from tests.helpers.serving import Api


def shown_wrongly(house: House, settings: Settings) -> dict[str, str]:
    """Headers, by what is wrong with them."""
    keys = {code: consumer(house, code) for code in ("expired", "revoked", "good")}
    prefixes = {code: key.split("_")[1] for code, key in keys.items()}
    house.execute(f"update ops.consumer_key set expires_at = now() where prefix = '{prefixes['expired']}'")
    house.execute(f"update ops.consumer_key set revoked_at = now() where prefix = '{prefixes['revoked']}'")
    return {
        **{name: f"Bearer {token}" for name, token in _forged(settings.secret_keys[0], prefixes["good"]).items()},
        "expired": f"Bearer {keys['expired']}",
        "revoked": f"Bearer {keys['revoked']}",
        "cut": f"Bearer {keys['good'][:-1]}",
        "altered": f"Bearer {keys['good'][:-1]}{'1' if keys['good'][-1] == '0' else '0'}",
        "basic": f"Basic {keys['good']}",
        "bare": keys["good"],
        "no token": "Bearer a.b.c",
    }


def _forged(secret: bytes, prefix: str) -> dict[str, str]:
    """Tokens with one fault each: all else, the name of the key that would have signed them too, is as in a good one."""
    good, signing = {"aud": "gateway-api", "sub": "good", "key": prefix, "iat": 1, "exp": 1 << 40}, _derived(secret)
    faults: dict[str, tuple[dict[str, Any], bytes | str, str]] = {
        "a token of no algorithm": (good, "", "none"),
        "a token of another algorithm": (good, signing + bytes(32), "HS512"),  # to HMAC the same key
        "a token of the bare secret": (good, secret, "HS256"),
        "a token of another secret": (good, _derived(bytes(32)), "HS256"),
        "a token of yesterday": ({**good, "exp": 2}, signing, "HS256"),
        "a token for somebody else": ({**good, "aud": "another-api"}, signing, "HS256"),
        "a token without an end": ({name: said for name, said in good.items() if name != "exp"}, signing, "HS256"),
    }
    kid = {"kid": fingerprint(secret)}
    assert prefix_of([secret], jwt.encode(good, signing, "HS256", kid)) == prefix, "without a fault it must open"
    return {name: jwt.encode(*fault, kid) for name, fault in faults.items()}


def _derived(secret: bytes) -> bytes:
    """The key that tokens are signed with."""
    return hmac.digest(secret, b"token", hashlib.sha256)


def refused_everywhere(api: Api, world: World, headers: Mapping[str, str]) -> Iterator[str]:
    """Each must be 401, on open sets too, and say nothing of any row."""
    for case, header in headers.items():
        for path in ("/v1/sets", "/v1/openapi.json", *(path for name in world.sheets for path in _paths(name))):
            answer = api.get(path, headers={"Authorization": header})
            is_right = answer.status_code == 401 and "www-authenticate" in answer.headers
            is_right = is_right and not MARK.search(answer.text)
            yield "" if is_right else f"{case} {path}: {answer.status_code}"


def _paths(name: str) -> Iterator[str]:
    place = f"/v1/sets/{name}"
    yield from (place, f"{place}/rows", f"{place}/changes?since=x", f"{place}/versions")
    yield f"{place}/versions/latest/files/{name}.csv"
