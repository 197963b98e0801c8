"""Code that gets a set row by row with a key, page after page: for sets that are not open.

Files are for those who may read a set whole, and a set with personal columns has none; rows are right for everyone with a right. Which
columns there are, and in which form, depends on the role.
"""

from __future__ import annotations

from collections.abc import Iterable

from gateway.publish.contract import Column, Contract
from gateway.serve.pages.from_file import M_TYPES

KEY = "DATA_KEY"
"""The variable in which the code looks for a reader's key."""


def curl(place: str, contract: Contract) -> str:
    """For a command line with jq. place: the set's address. A file is left only when all pages were got, and nothing of an older one."""
    lines = [
        f"file={contract.name}.jsonl after=",
        ": > $file.part",
        'while [ "$after" != null ]; do',
        f'    page=$(curl -fsS -G -H "Authorization: Bearer ${KEY}" ${{after:+-d "after=$after"}} \\',
        f"        '{place}/rows') &&",
        "    printf '%s\\n' \"$page\" | jq -c '.rows[]' >> $file.part &&",
        "    after=$(printf '%s\\n' \"$page\" | jq -r .next) || break",
        "done",
        'if [ "$after" = null ]; then mv $file.part $file; else rm $file.part; false; fi',
    ]
    return "\n".join(lines)


def python(place: str, contract: Contract) -> str:
    """For pandas."""
    times = [f'"{each.name}"' for each in _as_they_are(contract) if each.type in {"date", "timestamp"}]
    lines = [
        "import os",
        "",
        "import pandas as pd",
        "import requests",
        "",
        f'address = "{place}/rows"',
        f'headers = {{"Authorization": "Bearer " + os.environ["{KEY}"]}}',
        "rows, page = [], None",
        'while page is None or page["next"]:',
        '    asked = {"after": page["next"]} if page else {}',
        "    answer = requests.get(address, params=asked, headers=headers, timeout=60)",
        "    answer.raise_for_status()",
        "    page = answer.json()",
        '    rows += page["rows"]',
        "table = pd.DataFrame(rows).convert_dtypes()",
        *(_dated(times) if times else ()),
        "print(table.head())",
    ]
    return "\n".join(lines)


def power_query(place: str, contract: Contract) -> str:
    """For Excel and Power BI."""
    columns = _as_they_are(contract)
    lists = [each.name for each in columns if each.type == "array"]
    types = ",\n        ".join(f'{{"{each.name}", {M_TYPES[each.type]}}}' for each in columns)
    lines = [
        "let",
        f'    Address = "{place}/rows",',
        "    Page = (after as record) => Json.Document(Web.Contents(Address, [",
        f'        Query = after, Headers = [Authorization = "Bearer " & {KEY}]',
        "    ])),",
        "    Pages = List.Generate(",
        "        () => Page([]),",
        "        each _ <> null,",
        "        each if [next] = null then null else Page([after = [next]])",
        "    ),",
        f"    {'Rows' if lists else 'Table'} = Table.FromRecords(List.Combine(List.Transform(Pages, each [rows]))),",
        *(_joined(lists) if lists else ()),
        f"    Known = List.Select({{\n        {types}\n    }}, each Table.HasColumns(Table, _{{0}})),",
        '    Typed = Table.TransformColumnTypes(Table, Known, "en-US")',
        "in",
        "    Typed",
    ]
    return "\n".join(lines)


def _joined(names: Iterable[str]) -> Iterable[str]:
    """Lists as texts, as in the files."""
    forms = ", ".join(f'{{"{name}", Joined}}' for name in names)
    return (
        '    Joined = each if _ = null then null else Text.Combine(_, "; "),',
        f"    Table = Table.TransformColumns(Rows, {{{forms}}}, null, MissingField.Ignore),",
    )


def _as_they_are(contract: Contract) -> list[Column]:
    """Columns that nobody sees masked."""
    return [column for column in contract.columns if not column.is_guarded]


def _dated(times: Iterable[str]) -> Iterable[str]:
    return (
        f"for name in table.columns.intersection([{', '.join(times)}]):",
        '    table[name] = pd.to_datetime(table[name], format="ISO8601")',
    )
