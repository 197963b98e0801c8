"""Which dossiers a target must hear of."""

from typing import Any

import pytest

from gateway.delivery.whose import Whose

STORY = {
    "dossier_code_national": None,
    "procedure_code": "3.000333.000.00.00.H15",
    "procedure_code_national": None,
    "status_code": "4",
}


@pytest.mark.parametrize(
    ("said", "story", "concerns"),
    [
        ({}, {}, True),
        ({"filed_there": False}, {}, True),
        ({"filed_there": False}, {"dossier_code_national": "G22.1"}, False),
        ({"filed_there": "G22."}, {"dossier_code_national": "G22.1"}, True),
        ({"filed_there": "G22."}, {"dossier_code_national": "BXD.10-1"}, False),
        ({"filed_there": "G22."}, {}, False),
        ({"procedures": ("3.000333",)}, {}, True),
        ({"procedures": ("3.000333",)}, {"procedure_code": "3.0003330"}, False),
        ({"procedures": ("3.000334",)}, {}, False),
        ({"procedures": ("3.000334",)}, {"procedure_code_national": "3.000334"}, True),
        ({"procedures": ("3.000334",)}, {"procedure_code": None}, False),
        ({"states": ("4",)}, {}, True),
        ({"states": ("4",)}, {"status_code": "5"}, False),
    ],
)
def test_of(said: dict[str, Any], story: dict[str, Any], concerns: bool) -> None:
    assert Whose(("province",), **said).concerns({**STORY, **story}) is concerns
