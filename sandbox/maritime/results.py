"""The Content of an answer: the result element that every answer has, and the list of dossiers (danh sách hồ sơ)."""

from datetime import date, datetime, timedelta

from sandbox.maritime.documents import DocumentType
from sandbox.maritime.inner import Inner, Refused
from sandbox.soap.cases import Case, cases
from sandbox.soap.message import element
from sandbox.world.clock import DAY_ZERO, date_code, day_of
from sandbox.world.world import World

LARGEST_PAGE = 50


def outcome(kind: DocumentType | None, error: str = "") -> str:
    """Status/Object with isSuccess 1, or 0 and why."""
    tag = kind.tag if kind else str
    inner = element(tag("isSuccess"), 0 if error else 1) + element(tag("errorMessage"), error)
    return f"<{tag('Status')}><{tag('Object')}>{inner}</{tag('Object')}></{tag('Status')}>"


def dossier_list(world: World, kind: DocumentType, asked: Inner) -> str:
    """One page (1-based) of the dossiers last changed from `fromDate` to `toDate`, oldest change first."""
    first, last = _day(asked, "fromdate", date.min), _day(asked, "todate", date.max)
    page, size = _number(asked, "page", 1), min(_number(asked, "pagesize", LARGEST_PAGE), LARGEST_PAGE)
    found = [case for case in cases(world.seed, kind.number, world.day) if first <= _date(case.changed) <= last]
    found.sort(key=lambda case: (case.changed, case.day, case.number))
    shown = "".join(_dossier(kind, case) for case in found[(page - 1) * size : page * size])
    totals = {"total": len(found), "page": page, "pageSize": size}
    head = "".join(element(kind.tag(name), value) for name, value in totals.items())
    return f"<{kind.tag('DossierList')}>{head}{shown}</{kind.tag('DossierList')}>"


def dossier_code(kind: DocumentType, case: Case) -> str:
    """`BXD.10-yyMMdd-nnnn`, the number of the kind of document after the ministry's."""
    return f"BXD.{kind.number}-{date_code(case.day)}-{case.number + 1:04}"


def _dossier(kind: DocumentType, case: Case) -> str:
    code, name = kind.states[case.stage]
    values = {
        "dossierCode": dossier_code(kind, case),
        "documentName": kind.name,
        "procedureCode": kind.procedure_code,
        "statusCode": code,
        "statusName": name,
        "createdDate": kind.moment(case.filed),
        "updatedDate": kind.moment(case.changed),
        "appointmentDate": kind.moment(case.due),
    }
    requester = {"requesterName": case.applicant.full_name, "requesterIdentity": case.applicant.identity_number}
    inner = "".join(element(kind.tag(name), value) for name, value in requester.items())
    told = "".join(element(kind.tag(name), value) for name, value in values.items())
    tag = kind.tag("Dossier")
    return f"<{tag}>{told}<{kind.tag('Requester')}>{inner}</{kind.tag('Requester')}></{tag}>"


def _date(instant: int) -> date:
    return DAY_ZERO + timedelta(days=day_of(instant))


def _day(asked: Inner, name: str, usual: date) -> date:
    text = asked.content.get(name, "")
    try:
        return datetime.strptime(text, "%d/%m/%Y").date() if text else usual  # noqa: DTZ007 (a day has no zone)
    except ValueError:
        raise Refused(f"Sai định dạng ngày: {name}") from None


def _number(asked: Inner, name: str, usual: int) -> int:
    text = asked.content.get(name) or str(usual)
    if not text.isdecimal() or int(text) < 1:
        raise Refused(f"Giá trị không hợp lệ: {name}")
    return int(text)
