"""Code that gets a set as a file of its present version: for sets that are open."""

from __future__ import annotations

import json

from gateway.publish.contract import Contract

M_TYPES = {
    "string": "type text",
    "boolean": "type logical",
    "integer": "Int64.Type",
    "number": "type number",
    "date": "type date",
    "timestamp": "type datetimezone",
    "array": "type text",
}
"""Types of columns in the language of Power Query."""


def curl(place: str, contract: Contract) -> str:
    """For a command line. place: the set's address. The file is fetched whole: what is left of another version is not gone on with."""
    names = ",".join(column.name for column in contract.columns[:3])
    return f"curl -f -O '{_table(place, contract)}'\ncurl -f '{place}/rows?columns={names}&limit=5'"


def python(place: str, contract: Contract) -> str:
    """For pandas."""
    texts = {column.name: "string" for column in contract.columns if column.type in {"string", "array"}}
    times = [column.name for column in contract.columns if column.type in {"date", "timestamp"}]
    lines = [
        "import io",
        "",
        "import pandas as pd",
        "import requests",
        "",
        f'address = "{_table(place, contract)}"',
        "answer = requests.get(address, timeout=60)",
        "answer.raise_for_status()",
        f"texts = {json.dumps(texts, indent=4)}",
        'table = pd.read_csv(io.BytesIO(answer.content), dtype=texts, keep_default_na=False, na_values=[""])',
        *(f'table["{name}"] = pd.to_datetime(table["{name}"], format="ISO8601")' for name in times),
        "print(table.head())",
    ]
    return "\n".join(lines)


def power_query(place: str, contract: Contract) -> str:
    """For Excel and Power BI."""
    types = ",\n        ".join(f'{{"{column.name}", {M_TYPES[column.type]}}}' for column in contract.columns)
    lines = [
        "let",
        f'    Source = Web.Contents("{_table(place, contract)}"),',
        '    Table = Csv.Document(Source, [Delimiter = ",", Encoding = 65001, QuoteStyle = QuoteStyle.Csv]),',
        "    Named = Table.PromoteHeaders(Table, [PromoteAllScalars = true]),",
        f'    Typed = Table.TransformColumnTypes(Named, {{\n        {types}\n    }}, "en-US")',
        "in",
        "    Typed",
    ]
    return "\n".join(lines)


def _table(place: str, contract: Contract) -> str:
    return f"{place}/versions/latest/files/{contract.name}.csv"
