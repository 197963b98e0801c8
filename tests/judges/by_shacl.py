"""pySHACL holds linked data against shapes. Usage: by_shacl.py SHAPES FILE…; prints what each file breaks, as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pyshacl import validate
from rdflib import Graph
from rdflib.namespace import SH

FORMS = {".ttl": "turtle", ".jsonld": "json-ld"}


def broken(shapes: Graph, path: Path) -> list[str]:
    """One line for each violation; a file without any node of the shapes' classes would break none, so an empty one is said."""
    data = Graph().parse(path, format=FORMS[path.suffix])
    if not len(data):
        return ["the file holds nothing"]
    _, report, _ = validate(data, shacl_graph=shapes)
    return [
        f"{report.value(each, SH.focusNode)}: {report.value(each, SH.resultMessage)}"
        for each in report.objects(None, SH.result)
    ]


if __name__ == "__main__":
    known = Graph().parse(sys.argv[1], format="turtle")
    print(json.dumps({path: broken(known, Path(path)) for path in sys.argv[2:]}))
