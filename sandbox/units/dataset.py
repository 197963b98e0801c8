"""An ADO.NET DataSet as ASMX writes it: a schema, then a diffgram whose rows are TABLE elements; made piece by piece."""

from collections.abc import Iterable, Iterator
from html import escape
from itertools import chain, islice

from sandbox.soap.message import DECLARATION, SOAP
from sandbox.units.tables import Row

NAMESPACE = "http://tempuri.org/"
MSDATA = "urn:schemas-microsoft-com:xml-msdata"
DIFFGRAM = "urn:schemas-microsoft-com:xml-diffgram-v1"
ROWS_A_PIECE = 500


def dataset_answer(operation: str, columns: tuple[str, ...], rows: Iterable[Row]) -> Iterator[bytes]:
    """The whole message in pieces of some 100 kB. A DataSet without rows has a diffgram without content."""
    yield _head(operation, columns).encode()
    given = enumerate(rows)
    first = next(given, None)
    if first is not None:
        yield b'<NewDataSet xmlns="">'
        yield from _pieces(chain([first], given))
        yield b"</NewDataSet>"
    yield _tail(operation).encode()


def _pieces(rows: Iterator[tuple[int, Row]]) -> Iterator[bytes]:
    while piece := "".join(_row(place, row) for place, row in islice(rows, ROWS_A_PIECE)):
        yield piece.encode()


def _row(place: int, row: Row) -> str:
    cells = "".join(f"<{name}>{escape(value, quote=False)}</{name}>" for name, value in row.items())
    return f'<TABLE diffgr:id="TABLE{place + 1}" msdata:rowOrder="{place}">{cells}</TABLE>'


def _head(operation: str, columns: tuple[str, ...]) -> str:
    return (
        f'{DECLARATION}<soap:Envelope xmlns:soap="{SOAP}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soap:Body><{operation}Response xmlns="{NAMESPACE}">'
        f"<{operation}Result>{_schema(columns)}"
        f'<diffgr:diffgram xmlns:msdata="{MSDATA}" xmlns:diffgr="{DIFFGRAM}">'
    )


def _tail(operation: str) -> str:
    return f"</diffgr:diffgram></{operation}Result></{operation}Response></soap:Body></soap:Envelope>"


def _schema(columns: tuple[str, ...]) -> str:
    declared = "".join(f'<xs:element name="{name}" type="xs:string" minOccurs="0"/>' for name in columns)
    return (
        f'<xs:schema id="NewDataSet" xmlns="" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:msdata="{MSDATA}">'
        '<xs:element name="NewDataSet" msdata:IsDataSet="true" msdata:UseCurrentLocale="true"><xs:complexType>'
        '<xs:choice minOccurs="0" maxOccurs="unbounded"><xs:element name="TABLE"><xs:complexType><xs:sequence>'
        f"{declared}</xs:sequence></xs:complexType></xs:element></xs:choice></xs:complexType></xs:element></xs:schema>"
    )
