"""The envelope of the national portal: error_code, message, result; the code is now a number, now a string."""

from typing import Any
from zlib import crc32

from sandbox.national.problems import AlreadyThere, Refused
from sandbox.reply import Reply, encode, json_reply

SUCCESS = "Thành công"
SESSION_OVER = "Phiên làm việc không hợp lệ hoặc đã hết hạn"


class Listing(list[Any]):
    """One page of records; how many there are in all stands beside `result` as `tongSo`."""

    def __init__(self, records: list[Any], total: int) -> None:
        super().__init__(records)
        self.total = total


def success(key: bytes, result: list[Any]) -> Reply:
    """An answer with a result; the same key always gets the same type of error_code, so that answers repeat."""
    total = {"tongSo": result.total} if isinstance(result, Listing) else {}
    return json_reply({"error_code": code_for(key, 0), "message": SUCCESS, **total, "result": list(result)})


def refusal(key: bytes, code: int, message: str, status: int = 200) -> Reply:
    """An answer that says no: an error code other than 0, and an empty result."""
    return json_reply({"error_code": code_for(key, code), "message": message, "result": []}, status)


def refused(key: bytes, problem: Refused) -> Reply:
    """What a service says that cannot answer; what is there already is 3 or -3, as chance has it for this key."""
    sign = -1 if isinstance(problem, AlreadyThere) and crc32(key) & 2 else 1
    return refusal(key, sign * problem.code, str(problem))


def code_for(key: bytes, code: int) -> int | str:
    """The error code as a number or as text, as chance has it for this key."""
    return str(code) if crc32(key) % 2 else code


def key_of(parameters: dict[str, Any]) -> bytes:
    """What makes two calls the same: every parameter but the session."""
    return encode(sorted((str(name), value) for name, value in parameters.items() if name != "session"))
