"""ckanext-dcat reads a DCAT catalogue as CKAN's harvester does. Usage: by_ckan.py FILE; prints what arrives of each set, as JSON.

By language: CKAN takes the titles and texts of the language that it is set to.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

sys.modules["magic"] = ModuleType(
    "magic"
)  # CKAN looks into uploads with it, by a library of the system; nothing is uploaded here

from ckan import logic  # noqa: E402
from ckan.common import config  # noqa: E402
from ckanext.dcat.processors import RDFParser  # noqa: E402

logic._actions["none"] = None  # no plugin is there to ask for its own form of a set, and CKAN need not look for actions

FORMS = {".ttl": "turtle", ".jsonld": "json-ld"}


def harvested(path: Path, language: str) -> dict[str, dict[str, Any]]:
    """The dataset dict of each set, by its identifier; what CKAN keeps as pairs (`extras`) stands beside its own members."""
    config["ckan.locale_default"] = language
    parser = RDFParser(profiles=["euro_dcat_ap_3"])
    parser.parse(path.read_text("utf-8"), FORMS[path.suffix])
    found = {}
    for each in parser.datasets():
        flat = {**each, **{extra["key"]: extra["value"] for extra in each["extras"]}}
        found[flat["identifier"]] = flat
    return found


if __name__ == "__main__":
    print(json.dumps({language: harvested(Path(sys.argv[1]), language) for language in ("vi", "en")}))
