"""What a reader is told when an answer cannot be given (RFC 9457), in English and Vietnamese: what is wrong, and what to do.

No text repeats a value that was sent: it may be a citizen's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import NamedTuple


class Said(NamedTuple):
    """One text in both languages."""

    en: str
    vi: str


class Refusal(Exception):
    """No answer, and why. kind: a short name that programs may tell cases by. more: further members of the problem."""

    def __init__(
        self,
        status: int,
        kind: str,
        title: Said,
        detail: Said,
        do: Said,
        *,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(f"{status} {kind}")
        self.status, self.kind, self.headers = status, kind, dict(headers or {})
        self._said, self._more = (title, detail, do), dict(more or {})

    def content(self) -> dict[str, object]:
        """The problem document. Without `instance`: the address that was asked may name a person, too."""
        title, detail, do = self._said
        texts = {"title": title.en, "detail": detail.en, "do": do.en}
        texts |= {"title_vi": title.vi, "detail_vi": detail.vi, "do_vi": do.vi}
        about: dict[str, object] = {"type": f"urn:gateway:problem:{self.kind}", "status": self.status}
        return {**about, **texts, **self._more}


BAD = Said("The request cannot be understood", "Không hiểu được yêu cầu")
ABSENT = Said("There is nothing here", "Không có gì ở địa chỉ này")
SEE_DOCUMENT = Said("see /v1/openapi.json", "xem /v1/openapi.json")


def unknown_set() -> Refusal:
    """No such set; or one that was not published yet, which is the same to a reader."""
    detail = Said("no data set of this name is published", "chưa công bố bộ dữ liệu nào có tên này")
    return Refusal(404, "unknown-set", ABSENT, detail, Said("choose one of /v1/sets", "chọn một bộ trong /v1/sets"))


def unknown_version() -> Refusal:
    """No such version, or it is kept no longer."""
    detail = Said(
        "the set has no such version, or it is kept no longer", "không có phiên bản này, hoặc đã hết thời hạn lưu"
    )
    do = Said("choose one of the set's versions, or latest", "chọn một phiên bản của bộ dữ liệu, hoặc latest")
    return Refusal(404, "unknown-version", ABSENT, detail, do)


def unknown_file(names: Iterable[str]) -> Refusal:
    """No such file in a version that is there."""
    listed = ", ".join(names)
    detail = Said("the version has no such file", "phiên bản không có tệp này")
    return Refusal(404, "unknown-file", ABSENT, detail, Said(f"choose one of {listed}", f"chọn một tệp: {listed}"))


def needs_key() -> Refusal:
    """A set that is not for everyone, asked for without a key."""
    title = Said("This set needs a key", "Bộ dữ liệu này cần khoá")
    detail = Said(
        "it has columns that are shared with agencies, not open to all",
        "có cột chỉ chia sẻ cho cơ quan, không mở cho mọi người",
    )
    do = Said(
        "ask your operator for a key, and send it as Authorization: Bearer gw_…",
        "xin khoá của đơn vị vận hành, gửi kèm Authorization: Bearer gw_…",
    )
    return Refusal(401, "needs-key", title, detail, do, headers={"WWW-Authenticate": 'Bearer realm="gateway"'})


def bad_key() -> Refusal:
    """A key was shown that opens nothing. Which of its faults it is, its holder's operator can see."""
    title = Said("The key opens nothing", "Khoá không có hiệu lực")
    detail = Said(
        "it is no key of this gateway, has expired or was revoked; or the header is not Authorization: Bearer and one key",
        "không phải khoá của hệ thống này, đã hết hạn hoặc bị thu hồi; hoặc tiêu đề không phải Authorization: Bearer và một khoá",
    )
    do = Said(
        "check that it was copied whole, or ask your operator for a new one",
        "kiểm tra đã chép đủ khoá, hoặc xin khoá mới của đơn vị vận hành",
    )
    told = {"WWW-Authenticate": 'Bearer realm="gateway", error="invalid_token"'}
    return Refusal(401, "bad-key", title, detail, do, headers=told)


def no_right() -> Refusal:
    """A consumer without a right to the set, or with one that its contract cannot honour any more."""
    title = Said("You have no right to this set", "Chưa được quyền khai thác bộ dữ liệu này")
    detail = Said(
        "your key is good, and nothing of this set was granted to you",
        "khoá hợp lệ, nhưng chưa được cấp quyền đối với bộ dữ liệu này",
    )
    do = Said(
        "ask the agency that answers for the set, with your legal basis",
        "đề nghị cơ quan quản lý bộ dữ liệu cấp quyền, nêu rõ căn cứ pháp lý",
    )
    return Refusal(403, "no-right", title, detail, do)


def only_rows() -> Refusal:
    """A file of a set that the caller may read a part of only."""
    title = Said("You may read rows of this set, not its files", "Được đọc dòng của bộ dữ liệu, không được tải tệp")
    detail = Said(
        "a file has all rows and all columns as they are, your right has not",
        "tệp có mọi dòng, mọi cột nguyên vẹn; quyền của bạn hẹp hơn",
    )
    do = Said("read /v1/sets/…/rows, then follow the changes", "đọc /v1/sets/…/rows, rồi theo dõi thay đổi")
    return Refusal(403, "only-rows", title, detail, do)


def too_many_calls(seconds: int) -> Refusal:
    """More calls in a minute than the consumer may make. seconds: until one more may be made."""
    detail = Said("you have made all calls of this minute", "đã dùng hết số lần gọi của phút này")
    return _too_much("too-many-calls", detail, seconds, Said("call less often", "gọi thưa hơn"))


def too_many_at_once() -> Refusal:
    """As many answers are being made for the consumer, or for all who show no key, as may be."""
    detail = Said("too many of your answers are being made at this moment", "đang có quá nhiều câu trả lời cùng lúc")
    do = Said("send the next call when one is answered", "gửi lần gọi sau khi đã có câu trả lời")
    return _too_much("too-many-at-once", detail, 1, do)


def too_many_rows(seconds: int) -> Refusal:
    """More rows in a day than the consumer may read. seconds: until the next day."""
    detail = Said(
        "the answer has more rows than are left of your day (in Vietnam)",
        "câu trả lời có nhiều dòng hơn phần còn lại của ngày (giờ Việt Nam)",
    )
    do = Said(
        "follow the changes instead of reading anew, or ask your operator for more rows",
        "theo dõi thay đổi thay vì đọc lại toàn bộ, hoặc đề nghị đơn vị vận hành nâng hạn mức",
    )
    return _too_much("too-many-rows", detail, seconds, do)


def _too_much(kind: str, detail: Said, seconds: int, do: Said) -> Refusal:
    title = Said("You have asked for too much", "Đã vượt hạn mức")
    wait = Said(f"wait as many seconds as Retry-After says; {do.en}", f"chờ số giây ghi trong Retry-After; {do.vi}")
    return Refusal(429, kind, title, detail, wait, headers={"Retry-After": str(seconds)})


def not_written() -> Refusal:
    """Linked data that publishing has not written: of a site without a public address, or before the first night."""
    detail = Said("the linked data were not written yet", "chưa có tệp dữ liệu liên kết")
    do = Said("ask your operator to set GATEWAY_PUBLIC_URL", "nhờ đơn vị vận hành đặt GATEWAY_PUBLIC_URL")
    return Refusal(404, "not-written", ABSENT, detail, do)


def unknown_parameter(known: Iterable[str]) -> Refusal:
    """A parameter that this address does not have: ignoring it would answer another question."""
    listed = ", ".join(known)
    detail = Said("a parameter is not one of this address", "có tham số mà địa chỉ này không có")
    return Refusal(400, "unknown-parameter", BAD, detail, Said(f"use only: {listed}", f"chỉ dùng: {listed}"))


def bad_value(parameter: str, do: Said) -> Refusal:
    """A parameter whose value is not of its form. parameter: one that is known."""
    detail = Said(f"the value of {parameter} is not of its form", f"giá trị của {parameter} không đúng dạng")
    return Refusal(400, "bad-value", BAD, detail, do, more={"parameter": parameter})


def twice(parameter: str) -> Refusal:
    """A parameter that stands twice; which one counts would be a guess."""
    detail = Said(f"{parameter} stands more than once", f"{parameter} có nhiều lần")
    return Refusal(
        400, "bad-value", BAD, detail, Said("send it once", "chỉ gửi một lần"), more={"parameter": parameter}
    )


def gone(dataset: str, version: str) -> Refusal:
    """A cursor before the changes that are kept."""
    title = Said("The changes since then are kept no longer", "Không còn lưu các thay đổi từ lúc đó")
    detail = Said(
        "they are older than the versions kept, or the set's columns became others, or what you may read did",
        "đã quá thời hạn lưu, hoặc bộ dữ liệu đã đổi cột, hoặc quyền của bạn đã đổi",
    )
    do = Said(
        f"read all rows anew from /v1/sets/{dataset}/rows, then follow from the since of its answers",
        f"đọc lại toàn bộ từ /v1/sets/{dataset}/rows, rồi theo dõi tiếp từ since trong câu trả lời",
    )
    return Refusal(410, "gone", title, detail, do, more={"version": version, "rows": f"/v1/sets/{dataset}/rows"})


def unsatisfiable(size: int) -> Refusal:
    """A range behind the end of a file."""
    title = Said("The file is shorter", "Tệp ngắn hơn")
    detail = Said(f"it has {size} bytes", f"tệp có {size} byte")
    do = Said("ask for a range that begins before its end", "yêu cầu đoạn bắt đầu trước cuối tệp")
    return Refusal(416, "unsatisfiable-range", title, detail, do, headers={"Content-Range": f"bytes */{size}"})


def busy() -> Refusal:
    """The database does not answer, or not in time."""
    title = Said("The gateway cannot answer now", "Hệ thống chưa trả lời được lúc này")
    detail = Said("its database is away, busy, or took too long", "cơ sở dữ liệu không kết nối được, bận hoặc quá lâu")
    do = Said(
        "try again in a while; a question with fewer filters, or a file of the set, costs less",
        "thử lại sau; dùng ít bộ lọc hơn, hoặc tải tệp của bộ dữ liệu",
    )
    return Refusal(503, "busy", title, detail, do, headers={"Retry-After": "30"})


def files_away() -> Refusal:
    """A version was published, and its folder is not where this process looks."""
    title = Said("The files of this set are not here", "Không có tệp của bộ dữ liệu này")
    detail = Said(
        "its last version was published elsewhere, or was moved", "phiên bản cuối được lưu ở nơi khác hoặc đã bị dời đi"
    )
    do = Said("tell your operator; other sets are answered", "báo đơn vị vận hành; các bộ khác vẫn dùng được")
    return Refusal(503, "files-away", title, detail, do, headers={"Retry-After": "300"})


def of_status(status: int, headers: Mapping[str, str] | None) -> Refusal:
    """What the router itself refuses: an address or a method it does not have."""
    title = Said(HTTPStatus(status).phrase, {404: ABSENT.vi, 405: "Không nhận phương thức này"}.get(status, BAD.vi))
    detail = Said("the API has no such address or method", "API không có địa chỉ hoặc phương thức này")
    return Refusal(status, "no-route", title, detail, SEE_DOCUMENT, headers=headers)


def fault() -> Refusal:
    """A mistake of ours."""
    title = Said("A fault of the gateway", "Lỗi của hệ thống")
    detail = Said("the answer could not be made", "không tạo được câu trả lời")
    do = Said("tell your operator when it happened", "báo đơn vị vận hành thời điểm xảy ra")
    return Refusal(500, "fault", title, detail, do)
