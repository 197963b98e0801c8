"""datacontract-cli lints the contract of a version against the standard it names (ODCS), by the standard's own JSON Schema."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from datacontract.data_contract import DataContract
from folder import judge


def read(name: str, version: Path) -> dict[str, Any]:
    """Each check with its result and, where it failed, the reason."""
    run = DataContract(data_contract_file=str(version / f"{name}.odcs.yaml"), all_errors=True).lint()
    return {"checks": [[check.name, str(check.result.value), check.reason] for check in run.checks]}


judge(read, needs="")
