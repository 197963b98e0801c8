"""How a set is got, as code that is ready to copy: with the address of this very server and the columns of this very set."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from gateway.serve.pages import from_file, from_rows
from gateway.serve.shelf import Shared


class Recipe(NamedTuple):
    """name: of its labels `recipe_<name>`; about: label of what to do; code: what to copy."""

    name: str
    about: str
    code: str


def recipes(base: str, shared: Shared, files: Iterable[str]) -> list[Recipe]:
    """All ways. base: the server's address without a slash at the end; files: names of the version's files."""
    place = f"{base}/v1/sets/{shared.name}"
    return _of_file(place, shared, files) if shared.is_open else _of_rows(place, shared)


def _of_file(place: str, shared: Shared, files: Iterable[str]) -> list[Recipe]:
    kind, about = (".xlsx", "recipe_excel_open") if f"{shared.name}.xlsx" in files else (".csv", "recipe_excel_csv")
    return [
        Recipe("excel", about, f"{place}/versions/latest/files/{shared.name}{kind}"),
        Recipe("power_query", "recipe_power_query_about", from_file.power_query(place, shared.contract)),
        Recipe("python", "recipe_python_about", from_file.python(place, shared.contract)),
        Recipe("curl", "recipe_curl_about", from_file.curl(place, shared.contract)),
    ]


def _of_rows(place: str, shared: Shared) -> list[Recipe]:
    return [
        Recipe("excel", "recipe_excel_key", ""),
        Recipe("power_query", "recipe_power_query_rows", from_rows.power_query(place, shared.contract)),
        Recipe("python", "recipe_python_rows", from_rows.python(place, shared.contract)),
        Recipe("curl", "recipe_curl_rows", from_rows.curl(place, shared.contract)),
    ]
