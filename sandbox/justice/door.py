"""Who may call: a token of the platform and, on the token call as on every other, the header `lgspaccesstoken`."""

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from typing import Any

import msgspec

from sandbox.justice.credentials import CLIENT, LGSP_HEADER, LGSP_KEYS
from sandbox.justice.envelope import AGENCY_ID_INCORRECT, AUTHEN_ERROR, Refused
from sandbox.ministry.wso2 import invalid_credentials, is_bearer_good, token
from sandbox.reply import Reply
from sandbox.sessions import Sessions

PARTNER_KEYS = ("PartnerCode", "PartnerCodeCus")


def give_token(sessions: Sessions, body: bytes, headers: Mapping[str, str]) -> Reply:
    """POST /token; without the right `lgspaccesstoken` the platform does not even look at the client."""
    if _lgsp_problem(headers):
        return invalid_credentials()
    return token(sessions, CLIENT, body, headers.get("authorization", ""))


def refuse(sessions: Sessions, headers: Mapping[str, str]) -> Reply | None:
    """Why a call is refused, None when it may pass.

    No token at all stops at the platform (HTTP 401); a token that is over reaches the ministry, which answers HTTP 200 and
    AUTHEN_ERROR, as it does for wrong keys; a wrong partner is AGENCY_ID_INCORRECT.
    """
    authorization = headers.get("authorization", "")
    if not authorization:
        return invalid_credentials()
    code = _lgsp_problem(headers) or (0 if is_bearer_good(sessions, authorization) else AUTHEN_ERROR)
    return Refused(code).reply() if code else None


def _lgsp_problem(headers: Mapping[str, str]) -> int:
    """The error code of a wrong `lgspaccesstoken`, 0 when it is right."""
    given = _decoded(headers.get(LGSP_HEADER, ""))
    if any(given.get(key) != value for key, value in LGSP_KEYS.items() if key not in PARTNER_KEYS):
        return AUTHEN_ERROR
    return AGENCY_ID_INCORRECT if any(given.get(key) != LGSP_KEYS[key] for key in PARTNER_KEYS) else 0


def _decoded(header: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(b64decode(header, validate=True), type=dict[str, Any])
    except (Base64Error, ValueError):
        return {}
