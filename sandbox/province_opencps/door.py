"""What every call must show: the site (`groupId`), and a token in `Token` or a user by Basic."""

from base64 import b64encode

from starlette.datastructures import Headers

from sandbox.reply import Reply, json_reply

# Invented, and good for nothing else.
USERNAME = "sandbox@one-stop.example"
PASSWORD = "sandbox"
TOKEN = "sandbox-opencps-token"
GROUP_ID = "35417"


def refuse_strangers(headers: Headers) -> Reply | None:
    """401 for neither token nor user, 403 for another site; None when all is right."""
    basic = "Basic " + b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()
    if headers.get("token") != TOKEN and headers.get("authorization") != basic:
        return opencps_error(401, "Unauthorized", "Chưa đăng nhập hoặc phiên đã hết hạn")
    return None if headers.get("groupid") == GROUP_ID else opencps_error(403, "Access denied", "groupId")


def opencps_error(status: int, message: str, description: str) -> Reply:
    """An error as OpenCPS writes it: code, message, description."""
    return json_reply({"code": status, "message": message, "description": description}, status)
