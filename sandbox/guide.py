"""What a portal says about itself on its status page."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address a client may call, with a word in Vietnamese and in English."""

    method: str
    path: str
    vietnamese: str
    english: str


@dataclass(frozen=True, slots=True)
class Guide:
    """Names, purpose, how to log in with curl ({base} is the portal's own address), endpoints."""

    name: str
    title_vi: str
    title_en: str
    purpose_vi: str
    purpose_en: str
    curl: str
    endpoints: tuple[Endpoint, ...]


ADMIN_ENDPOINTS = (
    Endpoint("GET", "/_sandbox/ledger", "Sổ đếm các lời gọi", "Counts of calls"),
    Endpoint("POST", "/_sandbox/days", 'Cho ngày trôi qua: {"days": 1}', "Let days pass"),
    Endpoint("POST", "/_sandbox/expire", "Kết thúc mọi phiên, mọi token", "End all sessions and tokens now"),
    Endpoint("GET", "/_sandbox/faults", "Các lỗi mô phỏng đang có hiệu lực", "Faults in force"),
    Endpoint("POST", "/_sandbox/faults", 'Đặt lỗi: {"match", "kind", "times", "after"…}', "Order a fault"),
    Endpoint("DELETE", "/_sandbox/faults", "Xoá mọi lỗi", "Clear all faults"),
)

PUSHED_ENDPOINTS = (
    Endpoint("GET", "/_sandbox/pushed", "Mọi hồ sơ đã nhận, đã giữ", "All pushes that were accepted, and what is held"),
    Endpoint("GET", "/_sandbox/pushed/{code}", "Một hồ sơ, đủ các trường", "One dossier with all its fields"),
)
"""Further commands of a portal that takes pushes."""
