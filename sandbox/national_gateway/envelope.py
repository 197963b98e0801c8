"""The gateway's envelope: `code` repeats the HTTP status, `data` is null when there is none."""

from typing import Any

from sandbox.reply import Reply, json_reply

MESSAGES = {
    200: "Thành công",
    400: "Yêu cầu không hợp lệ",
    401: "Token không hợp lệ hoặc đã hết hạn",
    403: "Không có quyền truy cập",
    404: "Không tìm thấy dữ liệu",
    502: "Cổng Dịch vụ công quốc gia không phản hồi",
}


def gateway_reply(status: int, data: Any = None, detail: str = "") -> Reply:
    """An answer of the gateway; `detail` says more than the usual message of the status."""
    message = f"{MESSAGES[status]}: {detail}" if detail else MESSAGES[status]
    return json_reply({"code": status, "message": message, "data": data}, status)
