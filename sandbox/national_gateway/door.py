"""GetToken and what every other call must show: a bearer token and the unit's own code."""

from typing import Literal

import msgspec
from starlette.datastructures import Headers

from sandbox.national_gateway.envelope import gateway_reply
from sandbox.reply import Reply
from sandbox.sessions import Sessions

# Invented, and good for nothing else. The unit is the ministry whose gateway this is.
CLIENT = "sandbox-gateway-client"
SECRET = "sandbox-gateway-secret"
UNIT = "G09"


class TokenOrder(msgspec.Struct):
    """The body of GetToken."""

    client_id: str
    client_secret: str
    grant_type: Literal["client_credentials"]


def get_token(sessions: Sessions, body: bytes) -> Reply:
    """POST GetToken: the token lies in `data`, its life is in seconds."""
    try:
        order = msgspec.json.decode(body, type=TokenOrder)
    except msgspec.DecodeError:
        return gateway_reply(400, detail="client_id, client_secret, grant_type=client_credentials")
    if (order.client_id, order.client_secret) != (CLIENT, SECRET):
        return gateway_reply(401, detail="client_id hoặc client_secret không đúng")
    lifetime = int(sessions.lifetime)
    return gateway_reply(200, {"access_token": sessions.open(), "token_type": "Bearer", "expires_in": lifetime})


def refuse_strangers(sessions: Sessions, headers: Headers) -> Reply | None:
    """401 without a good token, 403 for another unit than the token's (header MaDonVi); None when both are right."""
    kind, _, token = headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not sessions.is_valid(token.strip()):
        return gateway_reply(401)
    return None if headers.get("madonvi") == UNIT else gateway_reply(403, detail="MaDonVi")
