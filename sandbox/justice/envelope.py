"""What the justice services answer: HTTP 200 always, success or error in `status`, where 200 means an error."""

from typing import Any

from sandbox.reply import Reply, json_reply

SUCCESS = 1
AUTHEN_ERROR, AGENCY_ID_INCORRECT, RECORD_UNCOMPLETE, RECORD_NOT_FOUND = 100, 106, 200, 201
DATA_TYPE_INVALID, DATA_INCORRECT = 302, 500
MESSAGES = {
    AUTHEN_ERROR: "AUTHEN_ERROR - Mã xác thực không chính xác",
    AGENCY_ID_INCORRECT: "AGENCY_ID_INCORRECT - Mã đơn vị không chính xác",
    RECORD_UNCOMPLETE: "RECORD_UNCOMPLETE - Hồ sơ chưa hoàn thành đăng ký",
    RECORD_NOT_FOUND: "RECORD_NOT_FOUND - Hồ sơ không tồn tại, đề nghị xem lại số phiếu tiếp nhận",
    DATA_TYPE_INVALID: "DATA_TYPE_INVALID - Loại dữ liệu không hợp lệ",
    DATA_INCORRECT: "DATA_INCORRECT - Dữ liệu không chính xác",
}

Parameters = dict[str, Any]


class Refused(Exception):
    """A call that gets one of the error codes; `detail` is added to the code's own message."""

    def __init__(self, code: int, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code, self.detail = code, detail

    def reply(self) -> Reply:
        """The answer: HTTP 200, the code in `status`, no `data`."""
        message = MESSAGES[self.code]
        return json_reply({"status": self.code, "message": f"{message}: {self.detail}" if self.detail else message})


def success(data: Any) -> Reply:
    """The answer to a call that went well."""
    return json_reply({"status": SUCCESS, "message": "Giao dịch thành công", "data": data})


def text(parameters: Parameters, name: str) -> str:
    """A text parameter that must be there; Refused with DATA_INCORRECT when it is not."""
    value = parameters.get(name)
    if not isinstance(value, str) or not value.strip():
        raise Refused(DATA_INCORRECT, name)
    return value.strip()
