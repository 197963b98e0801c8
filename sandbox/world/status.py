"""The states of a dossier in iGate 2 (dossierStatus.id) and the ways a dossier goes through them."""

NEW, PROCESSING, SUPPLEMENT, RETURNED, DUTY, REFUSED, FINISHED = 0, 2, 3, 4, 5, 8, 9

# Ids 0, 2 and 4 are known from the field; the names of the others are this sandbox's reading.
NAMES = {
    NEW: "Mới đăng ký",
    PROCESSING: "Đang xử lý",
    SUPPLEMENT: "Yêu cầu bổ sung giấy tờ",
    RETURNED: "Đã trả kết quả",
    DUTY: "Tạm dừng / chờ thực hiện nghĩa vụ tài chính",
    REFUSED: "Từ chối",
    FINISHED: "Đã có kết quả",
}
# The finer state, dossierTaskStatus, and the name of the step.
TASK_NAMES = {
    NEW: "Chờ tiếp nhận",
    PROCESSING: "Đang thụ lý",
    SUPPLEMENT: "Chờ bổ sung",
    RETURNED: "Đã trả",
    DUTY: "Chờ nộp phí",
    REFUSED: "Không tiếp nhận",
    FINISHED: "Chờ trả",
}
CLOSED = frozenset({RETURNED, REFUSED})

# (how often in a hundred, the states after the filing)
ROUTES = (
    (64, (PROCESSING, FINISHED, RETURNED)),
    (12, (PROCESSING, SUPPLEMENT, PROCESSING, FINISHED, RETURNED)),
    (8, (PROCESSING, DUTY, PROCESSING, FINISHED, RETURNED)),
    (6, (PROCESSING, RETURNED)),
    (6, (REFUSED,)),
    (4, (PROCESSING, REFUSED)),
)


def route(percent: int) -> tuple[int, ...]:
    """The states after the filing for a throw from 0 to 99."""
    for share, states in ROUTES:
        if percent < share:
            return states
        percent -= share
    return ROUTES[0][1]
