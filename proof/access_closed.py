"""What opens nothing: keys and tokens that are garbled, forged, over or taken back, at every route of every set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import jwt

from gateway.config import Settings
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
    claims = {"aud": "gateway-api", "sub": "good", "key": prefixes["good"], "iat": 1, "exp": 1 << 40}
    secret = settings.secret_keys[0]
    return {
        "expired": f"Bearer {keys['expired']}",
        "revoked": f"Bearer {keys['revoked']}",
        "cut": f"Bearer {keys['good'][:-1]}",
        "altered": f"Bearer {keys['good'][:-1]}{'1' if keys['good'][-1] == '0' else '0'}",
        "basic": f"Basic {keys['good']}",
        "bare": keys["good"],
        "a token of no algorithm": f"Bearer {jwt.encode(claims, '', 'none')}",
        "a token of the bare secret": f"Bearer {jwt.encode(claims, secret, 'HS256')}",
        "no token": "Bearer a.b.c",
    }


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
