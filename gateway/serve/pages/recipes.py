"""How a set is got, as code that is ready to copy: with the address of this very server and the columns of this very set."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple

from gateway.publish.contract import Contract
from gateway.serve.shelf import Shared

KEY = "DATA_KEY"
"""The variable in which the code looks for a reader's key."""

_M_TYPES = {
    "string": "type text",
    "boolean": "type logical",
    "integer": "Int64.Type",
    "number": "type number",
    "date": "type date",
    "timestamp": "type datetimezone",
    "array": "type text",
}


class Recipe(NamedTuple):
    """name: of its labels `recipe_<name>`; about: label of what to do; code: what to copy."""

    name: str
    about: str
    code: str


def recipes(base: str, shared: Shared, files: Iterable[str]) -> list[Recipe]:
    """All ways. base: the server's address without a slash at the end; files: names of the version's files."""
    place, needs_key = f"{base}/v1/sets/{shared.name}", not shared.is_open
    table = f"{place}/versions/latest/files/{shared.name}"
    book = f"{shared.name}.xlsx" in files
    if needs_key:
        excel = Recipe("excel", "recipe_excel_key", "")
    else:
        excel = Recipe(
            "excel", *(("recipe_excel_open", f"{table}.xlsx") if book else ("recipe_excel_csv", f"{table}.csv"))
        )
    return [
        excel,
        Recipe("power_query", "recipe_power_query_about", _power_query(f"{table}.csv", shared.contract, needs_key)),
        Recipe("python", "recipe_python_about", _python(f"{table}.csv", shared.contract, needs_key)),
        Recipe("curl", "recipe_curl_about", _curl(place, f"{table}.csv", shared.contract, needs_key)),
    ]


def _curl(place: str, table: str, contract: Contract, needs_key: bool) -> str:
    key = f' -H "Authorization: Bearer ${KEY}"' if needs_key else ""
    names = ",".join(column.name for column in contract.columns[:3])
    return f"curl -f -C - -O{key} '{table}'\ncurl -f{key} '{place}/rows?columns={names}&limit=5'"


def _python(table: str, contract: Contract, needs_key: bool) -> str:
    texts = {column.name: "string" for column in contract.columns if column.type in {"string", "array"}}
    times = [column.name for column in contract.columns if column.type in {"date", "timestamp"}]
    key = [f'key = os.environ["{KEY}"]'] if needs_key else []
    headers = ', headers={"Authorization": f"Bearer {key}"}' if needs_key else ""
    lines = [
        "import io",
        *(["import os"] if needs_key else []),
        "",
        "import pandas as pd",
        "import requests",
        "",
        *key,
        f'address = "{table}"',
        f"answer = requests.get(address{headers}, timeout=60)",
        "answer.raise_for_status()",
        f"texts = {json.dumps(texts, indent=4)}",
        'table = pd.read_csv(io.BytesIO(answer.content), dtype=texts, keep_default_na=False, na_values=[""])',
        *(f'table["{name}"] = pd.to_datetime(table["{name}"], format="ISO8601")' for name in times),
        "print(table.head())",
    ]
    return "\n".join(lines)


def _power_query(table: str, contract: Contract, needs_key: bool) -> str:
    headers = ', [Headers = [Authorization = "Bearer " & ' + KEY + "]]" if needs_key else ""
    types = ",\n        ".join(f'{{"{column.name}", {_M_TYPES[column.type]}}}' for column in contract.columns)
    lines = [
        "let",
        f'    Source = Web.Contents("{table}"{headers}),',
        '    Table = Csv.Document(Source, [Delimiter = ",", Encoding = 65001, QuoteStyle = QuoteStyle.Csv]),',
        "    Named = Table.PromoteHeaders(Table, [PromoteAllScalars = true]),",
        f'    Typed = Table.TransformColumnTypes(Named, {{\n        {types}\n    }}, "en-US")',
        "in",
        "    Typed",
    ]
    return "\n".join(lines)
