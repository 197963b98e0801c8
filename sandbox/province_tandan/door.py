"""What every call must show: a key in `ApiKey` and the unit it was given to in `MaDonVi`."""

from starlette.datastructures import Headers

from sandbox.reply import Reply, json_reply
from sandbox.world.chance import object_id

# Invented, and good for nothing else.
API_KEY = "sandbox-tandan-key"
UNIT = "000.00.00.H15"


def refuse_strangers(headers: Headers) -> Reply | None:
    """401 for a wrong key or unit, which of them is not said; None when both are right."""
    known = headers.get("apikey") == API_KEY and headers.get("madonvi") == UNIT
    return None if known else tandan_error(401, "Authentication Failed.")


def tandan_error(status: int, reason: str) -> Reply:
    """An error as the product writes it: the reason stands under `exception`."""
    body = {
        "messages": [],
        "source": "sandbox",
        "exception": reason,
        "errorId": object_id(reason),
        "statusCode": status,
    }
    return json_reply(body, status)
