"""The kinds of document (documentType) that this window knows; each spells its elements, dates and states its own way."""

from dataclasses import dataclass
from datetime import datetime

from sandbox.soap.cases import Stage
from sandbox.world.clock import ZONE


@dataclass(frozen=True, slots=True)
class DocumentType:
    """A kind of document: its number, name and procedure; `states` are (statusCode, statusName) by stage.

    `is_lower_case` tells that element names lose their capitals, `encoding` what the inner declaration claims.
    """

    number: str
    name: str
    procedure_code: str
    is_lower_case: bool
    encoding: str
    date_format: str
    states: dict[Stage, tuple[int, str]]

    def tag(self, name: str) -> str:
        """An element's name as this kind of document spells it."""
        return name.lower() if self.is_lower_case else name

    def moment(self, instant: int) -> str:
        """An instant (ms) as this kind of document writes it: local time without a zone."""
        return datetime.fromtimestamp(instant / 1000, ZONE).strftime(self.date_format)


SHIP_ARRIVAL = DocumentType(
    number="10",
    name="Thông báo tàu biển đến cảng",
    procedure_code="1.980010",
    is_lower_case=False,
    encoding="UTF-8",
    date_format="%d/%m/%Y %H:%M:%S",
    states={
        Stage.RECEIVED: (1, "Mới tiếp nhận"),
        Stage.PROCESSING: (10, "Đang xử lý"),
        Stage.SUPPLEMENT: (12, "Yêu cầu bổ sung"),
        Stage.DONE: (13, "Đã cấp phép"),
        Stage.REFUSED: (14, "Từ chối"),
    },
)
# The numbers 12 and 13 stand for other states than above: only together with the document type are they a key.
# The declaration says UTF-16, as a .NET StringWriter does, though the document travels inside a UTF-8 message.
INLAND_VESSEL = DocumentType(
    number="58",
    name="Giấy phép rời cảng thuỷ nội địa",
    procedure_code="1.980058",
    is_lower_case=True,
    encoding="utf-16",
    date_format="%Y-%m-%d %H:%M:%S",
    states={
        Stage.RECEIVED: (1, "Chờ tiếp nhận"),
        Stage.PROCESSING: (11, "Đang thẩm định"),
        Stage.SUPPLEMENT: (13, "Chờ bổ sung"),
        Stage.DONE: (12, "Hoàn thành"),
        Stage.REFUSED: (15, "Không chấp nhận"),
    },
)
DOCUMENT_TYPES = {kind.number: kind for kind in (SHIP_ARRIVAL, INLAND_VESSEL)}
