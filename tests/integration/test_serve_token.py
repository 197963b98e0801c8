"""Tokens of ten minutes for the consumer's code and its key (OAuth2 client credentials), and every way in which one opens nothing."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
import requests

from gateway.access import tokens
from gateway.config import load_settings
from tests.conftest import NewHouse
from tests.helpers.house import House
from tests.helpers.people import People, with_key
from tests.helpers.serving import Api, serving

ROWS = "/v1/sets/people/rows"
CODE = "reader"
GRANT = {"grant_type": "client_credentials"}


@pytest.fixture(scope="module")
def people(new_house: NewHouse) -> People:
    people = People(new_house())
    people.publish()
    return people


@pytest.fixture(scope="module")
def key(people: People) -> str:
    """The key of a consumer who may read the set."""
    made = people.consumer(CODE)
    people.grant(CODE, "clerk")
    return made


@pytest.fixture(scope="module")
def api(people: People) -> Iterator[Api]:
    with serving(people.house) as api:
        yield api


def post(api: Api, form: dict[str, str] | str, **more: Any) -> requests.Response:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return api.http.post(
        f"{api.address}/v1/token", data=form, timeout=30, headers=kind | more.pop("headers", {}), **more
    )


def test_code_and_key_give_a_token_that_opens_as_the_key_does(api: Api, people: People, key: str) -> None:
    for answer in (post(api, {**GRANT, "client_id": CODE, "client_secret": key}), post(api, GRANT, auth=(CODE, key))):
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        said = answer.json()
        assert (said["token_type"], said["expires_in"]) == ("Bearer", 600)
        opened = api.get(ROWS, headers=with_key(said["access_token"]))
        assert opened.json()["rows"] == api.get(ROWS, headers=with_key(key)).json()["rows"]
        assert key[12:] not in str(jwt.decode(said["access_token"], options={"verify_signature": False}))
    assert people.house.value("select count(*) from ops.audit where action = 'token issued'") >= 2


REFUSED: dict[str, tuple[dict[str, str] | str, str, int]] = {
    "nothing": ("", "invalid_request", 400),
    "no form": ("a", "invalid_request", 400),
    "another grant": ({"grant_type": "password"}, "unsupported_grant_type", 400),
    "no client": (GRANT, "invalid_client", 401),
    "another key": ({**GRANT, "client_id": CODE, "client_secret": "gw_00000000_" + "0" * 64}, "invalid_client", 401),
    "another code": ({**GRANT, "client_id": "other", "client_secret": "{key}"}, "invalid_client", 401),
    "twice": ("grant_type=client_credentials&client_id=a&client_id=b&client_secret=c", "invalid_request", 400),
    "too long": ({**GRANT, "client_id": "a" * 5000}, "invalid_request", 400),
    "not ASCII": ("grant_type=ệ", "invalid_request", 400),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refusal_has_the_form_of_the_standard(api: Api, key: str, case: str) -> None:
    form, kind, status = REFUSED[case]
    sent = {name: value.format(key=key) for name, value in form.items()} if isinstance(form, dict) else form.encode()
    answer = post(api, sent)  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()["error"]) == (status, kind)
    assert set(answer.json()) == {"error", "error_description"}
    assert ("www-authenticate" in answer.headers) == (status == 401)
    assert key[12:] not in answer.text


def test_a_key_shown_twice_or_in_no_form_is_refused(api: Api, key: str) -> None:
    both = post(api, {**GRANT, "client_id": CODE, "client_secret": key}, auth=(CODE, key))
    assert (both.status_code, both.json()["error"]) == (400, "invalid_request")
    other = post(api, json.dumps(GRANT), headers={"Content-Type": "application/json"})
    assert (other.status_code, other.json()["error"]) == (400, "invalid_request")
    for shown in ("Bearer x", "Basic !", "Basic " + base64.b64encode(b"no colon").decode()):
        assert post(api, GRANT, headers={"Authorization": shown}).status_code == 401
    assert api.get("/v1/token").status_code == 405


def forged(secrets: tuple[bytes, ...], code: str, key: str, **changes: Any) -> str:
    """A token as ours, but for what is changed."""
    now = datetime.now(UTC)
    said = {"aud": tokens.AUDIENCE, "iat": now, "exp": now + tokens.LASTS, "sub": code, "key": key.split("_")[1]}
    head = {"kid": changes.pop("kid", jwt.get_unverified_header(tokens.sign(secrets, code, "x"))["kid"])}
    algorithm, signed_by = changes.pop("alg", "HS256"), changes.pop("secret", tokens._derived(secrets[0]))
    said |= {"key" if name == "prefix" else name: value for name, value in changes.items()}
    said = {name: value for name, value in said.items() if value is not None}
    return jwt.encode(said, signed_by, algorithm, head)


FORGED: dict[str, dict[str, Any]] = {
    "no algorithm": {"alg": "none", "secret": None},
    "another algorithm": {"alg": "HS512"},
    "another key": {"secret": bytes(32)},
    "an unknown key's name": {"kid": "0" * 16},
    "another audience": {"aud": "other"},
    "no audience": {"aud": None},
    "over": {"exp": datetime(2020, 1, 1, tzinfo=UTC)},
    "without end": {"exp": None},
    "from later": {"iat": datetime.now(UTC) + timedelta(days=1)},
    "of no key": {"prefix": None},
    "of a key nobody has": {"prefix": "00000000"},
}


@pytest.mark.parametrize("case", FORGED)
@pytest.mark.filterwarnings("ignore:.*HMAC key.*")
def test_a_forged_token_opens_nothing(api: Api, people: People, key: str, case: str) -> None:
    secrets = load_settings(people.house.environment).secret_keys
    assert api.get(ROWS, headers=with_key(forged(secrets, CODE, key))).status_code == 200
    token = forged(secrets, CODE, key, **FORGED[case])
    for path in (ROWS, "/v1/sets"):
        assert api.get(path, headers=with_key(token)).status_code == 401


def test_a_changed_token_opens_nothing(api: Api, people: People, key: str) -> None:
    secrets = load_settings(people.house.environment).secret_keys
    deep = base64.urlsafe_b64encode(b"[" * 30_000).decode()
    head, body, seal = tokens.sign(secrets, CODE, key.split("_")[1]).split(".")
    for token in (
        f"{head}.{body}.",
        f"{head}.{body}",
        f"{head}..{seal}",
        f"{body}.{body}.{seal}",
        "a.b.c",
        ".",
        f"{deep}.{body}.{seal}",
    ):
        assert api.get(ROWS, headers=with_key(token)).status_code == 401


def test_a_revoked_key_ends_its_tokens_and_a_new_secret_does_not(house: House) -> None:
    people = People(house)
    people.publish()
    key = people.consumer(CODE)
    people.grant(CODE, "clerk")
    old = house.secret
    with serving(house) as api:
        token = post(api, {**GRANT, "client_id": CODE, "client_secret": key}).json()["access_token"]
    house.secret = f"{base64.b64encode(bytes(32)).decode()},{old}"
    with serving(house) as api:
        assert api.get(ROWS, headers=with_key(token)).status_code == 200
        house.done("keys", "revoke", key.split("_")[1])
        assert api.get(ROWS, headers=with_key(token)).status_code == 401
        assert post(api, {**GRANT, "client_id": CODE, "client_secret": key}).status_code == 401
