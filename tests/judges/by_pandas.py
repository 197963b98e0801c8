"""pandas reads CSV, JSON Lines and Parquet. For the two text files it is told the declared types; Parquet brings its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from folder import declared, judge
from plain import table

COLUMNS = {"string": "string", "boolean": "boolean", "integer": "Int64", "number": "Float64"}
"""Types that a column has as it is read; those of other types come as text."""


def read(name: str, version: Path) -> dict[str, Any]:
    """The table of each file of a version."""
    types = declared(version)
    dtype = {column: COLUMNS.get(kind, "string") for column, kind in types.items()}
    csv = pd.read_csv(version / f"{name}.csv", dtype=dtype, keep_default_na=False, na_values=[""])
    lines = pd.read_json(version / f"{name}.jsonl", lines=True, dtype=False, precise_float=True)
    lines = lines.astype({column: kind for column, kind in dtype.items() if types[column] != "array"})
    parquet = pd.read_parquet(version / f"{name}.parquet", dtype_backend="pyarrow")
    return {
        "csv": _told(csv, types, json.loads),
        "jsonl": _told(lines, types, list),
        "parquet": table({column: _kind(parquet[column].dtype) for column in parquet}, _rows(parquet)),
    }


def _told(frame: pd.DataFrame, types: dict[str, str], of_list: Any) -> dict[str, Any]:
    frame = frame.astype(object)
    for column, kind in types.items():
        if kind == "timestamp":
            frame[column] = pd.to_datetime(frame[column], utc=True, format="ISO8601")
        if kind == "date":
            frame[column] = pd.to_datetime(frame[column], format="%Y-%m-%d").dt.date
        if kind == "array":
            frame[column] = [None if _nothing(value) else of_list(value) for value in frame[column]]
    return table({column: types[column] for column in frame}, _rows(frame))


def _rows(frame: pd.DataFrame) -> list[list[Any]]:
    rows = frame.astype(object).itertuples(index=False, name=None)
    return [[None if _nothing(value) else _own(value) for value in row] for row in rows]


def _nothing(value: Any) -> bool:
    return value is None or (pd.api.types.is_scalar(value) and pd.isna(value))


def _own(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return list(value) if isinstance(value, np.ndarray) else value


def _kind(dtype: Any) -> str:
    """A column's type as Parquet says it, in the words of the contract."""
    arrow = dtype.pyarrow_dtype
    tests = {
        "string": pa.types.is_string,
        "boolean": pa.types.is_boolean,
        "integer": pa.types.is_integer,
        "number": pa.types.is_decimal,
        "date": pa.types.is_date,
        "timestamp": lambda each: pa.types.is_timestamp(each) and each.tz == "UTC",
        "array": lambda each: pa.types.is_list(each) and pa.types.is_string(each.value_type),
    }
    [kind] = [kind for kind, is_it in tests.items() if is_it(arrow)]
    return kind


judge(read)
