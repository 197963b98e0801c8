"""The built-in procedures: real names and codes a province meets, and as many made-up ones as are asked for."""

from collections.abc import Iterator

from sandbox.world.facts import table
from sandbox.world.procedure import Procedure

# The first digit of a national code tells its kind (loại thủ tục).
KIND_BY_DIGIT = {
    "1": "TTHC được giao luật quy định chi tiết",
    "2": "TTHC không được luật giao cho địa phương quy định",
    "3": "Loại khác",
}
APPLICANTS = ("Công dân Việt Nam", "Doanh nghiệp Việt Nam", "Tổ chức (không bao gồm doanh nghiệp, HTX)")
CHANNELS = ("Trực tuyến", "Dịch vụ bưu chính", "Trực tiếp")


def builtin_procedures() -> list[Procedure]:
    """Real procedures (code, name, field, agency, decision, levels), in an order that mixes the fields early."""
    return [_from_row(row) for row in table("procedures.tsv")]


def made_up_procedures(taken: set[str]) -> Iterator[Procedure]:
    """Endless made-up procedures with codes 1.9xxxxx, skipping the codes already taken."""
    models = builtin_procedures()
    for number in range(1, 100_000_000):
        code = f"1.9{number:05}"
        if code not in taken:
            yield made_up(code, number, models[number % len(models)])


def made_up(code: str, number: int, model: Procedure) -> Procedure:
    """One made-up procedure in the field, ministry and levels of a real one; its name says that it is simulated."""
    return Procedure(
        code=code,
        name=f"Thủ tục mô phỏng số {number} – {model.fields[0]}",
        ministry=model.ministry,
        fields=model.fields,
        levels=model.levels,
        kind=KIND_BY_DIGIT[code[0]],
        decision=f"{1000 + number % 50}/QĐ-MP",
        applicants=APPLICANTS,
        channels=CHANNELS,
        simulated=True,
    )


def _from_row(row: dict[str, str]) -> Procedure:
    levels = tuple(level if level.startswith("Cơ") else f"Cấp {level}" for level in row["levels"].split("; "))
    return Procedure(
        code=row["code"],
        name=row["name"],
        ministry=row["agency"],
        fields=(row["field"],),
        levels=levels,
        kind=KIND_BY_DIGIT.get(row["code"][0], ""),
        decision=row["decision"],
        applicants=APPLICANTS,
        channels=CHANNELS,
        simulated=True,
    )
