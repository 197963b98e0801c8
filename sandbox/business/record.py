"""A registration dossier as the business registration writes it."""

from itertools import pairwise
from typing import Any

from sandbox.ministry.dates import date_or_blank
from sandbox.ministry.dossier import MinistryDossier
from sandbox.world.clock import date_code
from sandbox.world.naming import plain
from sandbox.world.procedure import Procedure
from sandbox.world.status import DUTY, FINISHED, NEW, PROCESSING, REFUSED, RETURNED, SUPPLEMENT

# The registration office of the province (Phòng Đăng ký kinh doanh, Đắk Lắk).
SITE_ID = 66
PROCESS_STATUSES = {
    NEW: "Mới tiếp nhận",
    PROCESSING: "Đang xử lý",
    SUPPLEMENT: "Yêu cầu sửa đổi, bổ sung",
    DUTY: "Chờ thanh toán",
    FINISHED: "Đã chấp thuận",
    RETURNED: "Đã trả kết quả",
    REFUSED: "Từ chối",
}
FOUNDING = "Đăng ký mới"
DOCUMENT_TYPES = (FOUNDING, FOUNDING, "Đăng ký thay đổi", "Tạm ngừng", "Giải thể", "Hoạt động trở lại")
ENTERPRISE_TYPES = (("TNHH1TV", "TNHH MỘT THÀNH VIÊN"), ("CTCP", "CỔ PHẦN"), ("DNTN", "TƯ NHÂN"))


def journal_number(dossier: MinistryDossier) -> int:
    """IN_JOURNAL_NO: `yyMMdd` of the filing and a number of five digits, as one number."""
    return int(f"{date_code(dossier.life.day)}{dossier.life.number + 1:05}")


def belongs(procedure: Procedure) -> bool:
    """Whether a procedure founds, changes or ends an enterprise or a household business."""
    return any("thành lập và hoạt động" in plain(field) for field in procedure.fields)


def listed(dossier: MinistryDossier) -> dict[str, Any]:
    """The record of danhSachHoSo; an enterprise has no code before its founding is approved."""
    dice = dossier.dice("enterprise")
    document_type, (_, form) = dice.pick(DOCUMENT_TYPES), dice.pick(ENTERPRISE_TYPES)
    number = dice.below(10**6)
    is_known = document_type != FOUNDING or dossier.finished_at is not None
    return {
        "IN_JOURNAL_NO": journal_number(dossier),
        "DOCUMENT_TYPE": document_type,
        "ENTERPRISE_CODE": f"{SITE_ID}{number:06}",
        # No province has the number 99: nobody's tax code.
        "ENTERPRISE_GDT_CODE": f"9900{number:06}" if is_known else "",
        "NAME": f"CÔNG TY {form} MÔ PHỎNG {number:06}",
        "SITE_ID": SITE_ID,
        "RECEIPT_DATE": date_or_blank(dossier.filed_at),
        "PLAN_DATE": date_or_blank(dossier.due_at),
        "PROCESS_STATUS": PROCESS_STATUSES[dossier.state],
    }


def detailed(dossier: MinistryDossier) -> dict[str, Any]:
    """The record of tinhTrangHoSo: the same and who handed it in, how, and what happened when."""
    dice = dossier.dice("enterprise")
    dice.pick(DOCUMENT_TYPES)
    person = dossier.applicant
    return listed(dossier) | {
        "ENTERPRISE_TYPE_ID": dice.pick(ENTERPRISE_TYPES)[0],
        "REGISTRATION_DATE": date_or_blank(dossier.finished_at),
        "SUPPLEMENT_DATE": date_or_blank(_supplemented_at(dossier)),
        "SUBMISSION_TYPE": "Qua mạng điện tử" if dossier.life.online else "Trực tiếp",
        "CONTACT_FULL_NAME": person.full_name,
        "CONTACT_ADDRESS": dossier.life.agency.name,
        "CONTACT_ID_NO": person.identity_number,
        "CONTACT_PHONE": person.phone_number,
        "CONTACT_EMAIL": "",
    }


def _supplemented_at(dossier: MinistryDossier) -> int | None:
    """When the missing papers came: the step after the request for them."""
    return next((after[0] for (_, state), after in pairwise(dossier.steps) if state == SUPPLEMENT), None)
