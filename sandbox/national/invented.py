"""Steps, papers, fees and times of simulated procedures, and what an amendment changes. A real row gets no such text
before it is amended on a simulated day.
"""

from typing import Any

from sandbox.world.catalogue import Entry
from sandbox.world.chance import Dice, short_mark

# Amounts of money (SOTIEN) as the field writes them: a word, dots, a bare number, nothing.
AMOUNTS: tuple[int | str, ...] = ("Không", "1.000.000", 5000, "", "50.000", 200000, "8000", 0)
FEE_KINDS = ("1'", "2'")


def steps(entry: Entry) -> list[dict[str, Any]]:
    """TRINHTUTHUCHIEN: the order of steps, in one or two cases (trường hợp)."""
    amended = f"Sửa đổi, bổ sung lần {entry.revision} (dữ liệu mô phỏng)"
    if not entry.procedure.simulated:
        return [{"TRUONGHOP": "", "TRINHTU": [{"TENTRINHTU": amended}]}] if entry.is_amended else []
    first = [
        'Bước 1: Người dân, tổ chức nộp hồ sơ tại bộ phận "Một cửa"\nhoặc trực tuyến (dữ liệu mô phỏng).',
        "Bước 2: Cơ quan có thẩm quyền thẩm định hồ sơ.<br>Trường hợp chưa hợp lệ thì yêu cầu bổ sung.",
        "Bước 3: Trả kết quả.",
    ]
    cases = [_case("", first + [amended] * entry.is_amended)]
    if Dice("cases", entry.procedure.code).one_in(4):
        cases.append(_case("Trường hợp nộp qua dịch vụ bưu chính công ích", first[:1]))
    return cases


def fees_and_times(entry: Entry, channel: str) -> list[dict[str, Any]]:
    """THOIGIAN[]: time, unit, and under it the fees (phí, lệ phí); an amendment changes both."""
    if not entry.procedure.simulated and not entry.is_amended:
        return []
    dice = Dice("fees", entry.procedure.code, channel)
    days = entry.procedure.working_days + entry.revision
    return [
        {
            "THOIGIANGIAIQUYET": dice.pick((days, str(days), str(days), "")) if not entry.is_amended else str(days),
            "DONVITINH": dice.pick(("Ngày làm việc", "Ngày làm việc", "Ngày")),
            "MOTA": "",
            "PHILEPHI": [_fee(dice, entry.revision) for _ in range(1 + dice.below(2))],
        }
    ]


def papers(entry: Entry) -> list[dict[str, Any]]:
    """THANHPHANHOSO: the papers to hand in, one set."""
    if not entry.procedure.simulated:
        return []
    code = entry.procedure.code
    dice = Dice("papers", code)
    names = ["Tờ khai theo mẫu (dữ liệu mô phỏng)", "Bản sao giấy tờ chứng minh", "Văn bản uỷ quyền (nếu có)"]
    return [{"TRUONGHOP": "", "GIAYTO": [_paper(dice, code, place, name) for place, name in enumerate(names)]}]


def results(entry: Entry) -> list[dict[str, Any]]:
    """KETQUATHUCHIEN: the paper that comes out."""
    if not entry.procedure.simulated:
        return []
    code = f"KQ.MP.{short_mark(entry.procedure.code)}"
    return [{"MAKETQUA": code, "TENKETQUA": "Kết quả giải quyết (dữ liệu mô phỏng)", "TENTEP": "", "URL": ""}]


def requirements(entry: Entry) -> str:
    """YEUCAU: requirements and conditions; mostly nothing."""
    wanted = entry.procedure.simulated and Dice("requirements", entry.procedure.code).one_in(3)
    return "Người nộp phải đủ điều kiện theo quy định.\r\nKhông yêu cầu 'giấy tờ khác'." if wanted else ""


def _case(name: str, texts: list[str]) -> dict[str, Any]:
    return {"TRUONGHOP": name, "TRINHTU": [{"TENTRINHTU": text} for text in texts]}


def _fee(dice: Dice, revision: int) -> dict[str, Any]:
    return {
        "MAPHILEPHI": dice.pick(FEE_KINDS),
        "SOTIEN": AMOUNTS[(dice.below(len(AMOUNTS)) + revision) % len(AMOUNTS)],
        "DONVI": "Đồng",
        "MOTA": "",
        "TENTEP": "",
        "URL": "",
    }


def _paper(dice: Dice, code: str, place: int, name: str) -> dict[str, Any]:
    return {
        "MAGIAYTO": f"GT.{short_mark(f'{code}/{place}')}",
        "TENGIAYTO": name,
        "TENMAUDON": "Mẫu số 01" if place == 0 else "",
        "SOBANCHINH": dice.pick(("1", 1, "")),
        "SOBANSAO": dice.pick(("0", 0, "1", "")),
        "URL": "",
        "MA_KQ_THAYTHE": "",
    }
