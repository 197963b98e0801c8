"""The words OpenCPS has for the states of a dossier: dossierStatus, and under it dossierSubStatus.

A word is not a national state: `waiting` waits for papers or for money, and only the sub-status tells which.
"""

from typing import NamedTuple

from sandbox.world.status import DUTY, FINISHED, NEW, PROCESSING, REFUSED, RETURNED, SUPPLEMENT


class Words(NamedTuple):
    """Status and sub-status ("" = none) with their texts, and the action (invented number) that leads there."""

    status: str
    status_text: str
    sub_status: str
    sub_status_text: str
    action: str


WAITING, WAITING_TEXT = "waiting", "Chờ bổ sung"
# By national state; what the ten numbers cannot tell (new or receiving, waiting to be posted) is told by `words_of`.
_BY_STATE = {
    1: Words("new", "Mới", "", "", "1000"),
    2: Words("receiving", "Chờ tiếp nhận", "receiving_1", "Chờ phân công", "1100"),
    3: Words("denied", "Từ chối tiếp nhận", "", "", "1300"),
    4: Words("processing", "Đang xử lý", "processing_1", "Đang thụ lý", "1200"),
    5: Words(WAITING, WAITING_TEXT, "waiting_1", "Chờ bổ sung giấy tờ", "1500"),
    6: Words(WAITING, WAITING_TEXT, "waiting_2", "Chờ nộp phí, lệ phí", "1600"),
    7: Words("cancelled", "Đã rút hồ sơ", "", "", "1700"),
    8: Words("unresolved", "Không giải quyết", "", "", "1800"),
    9: Words("releasing", "Chờ trả kết quả", "", "", "1900"),
    10: Words("done", "Hoàn thành", "", "", "2000"),
}
RECEIVING = Words("receiving", "Chờ tiếp nhận", "", "", "1050")
POSTING = Words("posting", "Đang chuyển phát", "posting_1", "Đã giao bưu chính", "1950")
# Which of the world's states can be told by a word, so that a filter need not look at every dossier.
WORLD_STATES = {
    "new": {NEW},
    "receiving": {NEW, PROCESSING},
    "denied": {REFUSED},
    "processing": {PROCESSING},
    "waiting": {SUPPLEMENT, DUTY},
    "cancelled": {REFUSED},
    "unresolved": {REFUSED},
    "releasing": {FINISHED},
    "posting": {FINISHED},
    "done": {RETURNED},
}


def words_of(state: int, online: bool, via_post: bool) -> Words:
    """The words for a national state (1..10) of a dossier filed online or at the counter, returned by post or not."""
    if state == 1 and not online:
        return RECEIVING
    return POSTING if state == 9 and via_post else _BY_STATE[state]
