"""The parameters of an address: each known, each once. What is not known is refused, since ignoring it would answer something else."""

from __future__ import annotations

from collections.abc import Collection

from fastapi import Request

from gateway.publish.contract import Contract
from gateway.serve.problems import Said, bad_value, twice, unknown_parameter

MOST = 1000
"""Rows or changes of one answer; also when `limit` is not sent."""


def parameters(request: Request, known: Collection[str]) -> dict[str, str]:
    """What was sent, by name. Raises Refusal."""
    found: dict[str, str] = {}
    for name, text in request.query_params.multi_items():
        if name not in known:
            raise unknown_parameter(known)
        if name in found:
            raise twice(name)
        found[name] = text
    return found


def limit(said: dict[str, str]) -> int:
    """How many rows are wanted, from 1 to MOST. Raises Refusal."""
    text = said.get("limit", str(MOST))
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MOST):
        raise bad_value("limit", Said(f"send a number from 1 to {MOST}", f"gửi số từ 1 đến {MOST}"))
    return int(text)


def columns(said: dict[str, str], contract: Contract) -> list[str]:
    """The columns that are wanted, in the contract's order; all when none are named. Raises Refusal."""
    names = [column.name for column in contract.columns]
    if "columns" not in said:
        return names
    wanted = said["columns"].split(",")
    if not set(wanted) <= set(names):
        listed = ",".join(names)
        raise bad_value("columns", Said(f"name some of {listed}", f"chọn trong {listed}"))
    return [name for name in names if name in wanted]
