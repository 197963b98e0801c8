"""Civil status (hộ tịch): changed dossiers as an XML document inside a JSON string, and one dossier's state and result."""

from collections.abc import Iterable
from xml.sax.saxutils import escape

from sandbox.justice.envelope import (
    DATA_INCORRECT,
    DATA_TYPE_INVALID,
    RECORD_NOT_FOUND,
    RECORD_UNCOMPLETE,
    Parameters,
    Refused,
    success,
    text,
)
from sandbox.ministry.dates import date_or_blank, day_from_vietnamese, time_or_blank
from sandbox.ministry.dossier import MinistryDossier
from sandbox.ministry.dossiers import MinistryDossiers
from sandbox.reply import Reply
from sandbox.world.chance import object_id
from sandbox.world.clock import midnight
from sandbox.world.naming import plain
from sandbox.world.procedure import Procedure
from sandbox.world.status import DUTY, FINISHED, NEW, PROCESSING, REFUSED, RETURNED, SUPPLEMENT
from sandbox.world.world import World

# Business codes (mã nghiệp vụ, `module`) of the interlinked registrations, and the word that tells a procedure's.
MODULES = {"LTKS": "khai sinh", "LTKT": "khai tử", "LTKH": "kết hôn"}
# A .NET program that writes XML into a string declares UTF-16, whatever the bytes are when that string travels.
DECLARED = {"LTKS": "UTF-8", "LTKT": "utf-16", "LTKH": "UTF-8"}
PROVINCE = "66"
STATES = {
    NEW: (1, "Đã tiếp nhận hồ sơ, chờ xử lý"),
    PROCESSING: (3, "Hồ sơ đủ điều kiện giải quyết"),
    SUPPLEMENT: (2, "Hồ sơ cần bổ sung thông tin"),
    DUTY: (2, "Hồ sơ cần bổ sung thông tin"),
    FINISHED: (4, "Đã hoàn thành đăng ký"),
    RETURNED: (4, "Đã hoàn thành đăng ký"),
    REFUSED: (6, "Từ chối"),
}
# Characters that XML must escape belong into a note, so that a reader is seen to undo it.
NOTES = {SUPPLEMENT: "Bổ sung giấy chứng sinh & giấy tờ tùy thân <bản chính>", DUTY: "Chờ nộp lệ phí"}


def code(dossier: MinistryDossier) -> str:
    """`G15-HT-yyMMdd-nnnn`."""
    return f"G15-HT-{dossier.serial}"


def belongs(procedure: Procedure) -> bool:
    """Whether a procedure registers a birth, a death or a marriage."""
    return any(word in plain(procedure.name) for word in MODULES.values())


class CivilStatus:
    """The services under /apiHoTichTuPhap."""

    def __init__(self, world: World, size: int) -> None:
        self.dossiers = MinistryDossiers(world, "civil status", size, belongs, code)

    def changed_since(self, parameters: Parameters) -> Reply:
        """What was filed or changed on a day or later (dsHoSoDangKy {module, ngayCapNhat}), oldest change first."""
        module = text(parameters, "module")
        if module not in MODULES:
            raise Refused(DATA_TYPE_INVALID, "module")
        try:
            since = midnight(day_from_vietnamese(text(parameters, "ngayCapNhat")))
        except ValueError:
            raise Refused(DATA_INCORRECT, "ngayCapNhat") from None
        found = [each for each in self.dossiers if module_of(each) == module and each.changed_at >= since]
        return success(document(module, sorted(found, key=lambda each: (each.changed_at, code(each)))))

    def state(self, parameters: Parameters) -> Reply:
        """The state of one dossier (traTrangThaiHoSo {maHoSo})."""
        dossier = self._find(parameters)
        number, name = STATES[dossier.state]
        return success(
            {
                "maHoSo": code(dossier),
                "trangThai": number,
                "tenTrangThai": name,
                "ngayCapNhat": time_or_blank(dossier.changed_at),
                "ghiChu": NOTES.get(dossier.state, ""),
            }
        )

    def result(self, parameters: Parameters) -> Reply:
        """Number and day of a registration (ketQuaDangKyHS {maHoSo}); RECORD_UNCOMPLETE while there is none."""
        dossier = self._find(parameters)
        if dossier.finished_at is None:
            raise Refused(RECORD_UNCOMPLETE)
        date = date_or_blank(dossier.finished_at)
        number = f"{dossier.life.number + 1}/{date[-4:]}"
        return success({"maHoSo": code(dossier), "soDangKy": number, "ngayDangKy": date})

    def _find(self, parameters: Parameters) -> MinistryDossier:
        dossier = self.dossiers.find(text(parameters, "maHoSo"))
        if dossier is None:
            raise Refused(RECORD_NOT_FOUND)
        return dossier


def module_of(dossier: MinistryDossier) -> str:
    """Its business code: by its procedure, by its number where the catalogue knows no such procedure."""
    name = plain(dossier.procedure.name)
    said = next((module for module, word in MODULES.items() if word in name), None)
    return said or tuple(MODULES)[dossier.life.number % len(MODULES)]


def document(module: str, dossiers: Iterable[MinistryDossier]) -> str:
    """The XML document with its own declaration."""
    records = "".join(f"<HoSo>{_fields(dossier)}</HoSo>" for dossier in dossiers)
    head = f'<?xml version="1.0" encoding="{DECLARED[module]}"?>'
    return f'{head}\n<DanhSachHoSo module="{module}">{records}</DanhSachHoSo>'


def _fields(dossier: MinistryDossier) -> str:
    agency = dossier.life.agency
    number, name = STATES[dossier.state]
    fields = {
        "Id": object_id("civil status", dossier.seed, dossier.serial),
        "MaHoSo": code(dossier),
        "MaTTHC": dossier.procedure.code,
        "TenTTHC": dossier.procedure.name,
        # The ministry numbers communes as the statistics office does.
        "MaDonVi": agency.key[1:] if agency.level == "commune" else PROVINCE,
        "TenDonVi": agency.name,
        "HoTen": dossier.applicant.full_name,
        "NgayNop": time_or_blank(dossier.filed_at),
        "NgayTiepNhan": time_or_blank(dossier.received_at),
        "NgayHenTra": date_or_blank(dossier.due_at),
        "TrangThai": str(number),
        "TenTrangThai": name,
        "NgayCapNhat": time_or_blank(dossier.changed_at),
        "GhiChu": NOTES.get(dossier.state, ""),
    }
    return "".join(f"<{tag}>{escape(value)}</{tag}>" if value else f"<{tag}/>" for tag, value in fields.items())
