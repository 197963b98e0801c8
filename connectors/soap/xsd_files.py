"""The XSD documents of a contract, inside its WSDL and beside it, brought together so that libxml2 can compile them.

Schemas inside one WSDL import each other by namespace only, which libxml2 does not follow. So every document gets a name
of ours, every namespace one document that includes all of its own, and every import is pointed there.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from connectors.soap.wsdl import Vendored, WrongContract

XS = "http://www.w3.org/2001/XMLSchema"
_WSDL = "http://schemas.xmlsoap.org/wsdl/"
_ELSEWHERE = {f"{{{XS}}}{kind}" for kind in ("import", "include", "redefine")}
_INSIDE = {"sequence", "choice", "all", "complexContent", "restriction"}


class SchemaFiles:
    """All documents of one contract. Adding declarations to them (`driver`) changes nothing they already say."""

    def __init__(self, vendored: Vendored) -> None:
        self._vendored = vendored
        self._documents: dict[str, Any] = {}
        self._of_file: dict[Path, str] = {}
        self._seen_wsdl: set[Path] = set()
        self._collect_wsdl(vendored.wsdl)
        self._namespaces = sorted({_namespace(each) for each in self._documents.values()})
        for document in list(self._documents.values()):
            self._point_imports(document)
        for namespace in self._namespaces:
            self._documents[self._home(namespace)] = self._gathering(namespace)

    def element(self, clark: str) -> Any:
        """The declaration of a global element; None when there is none."""
        namespace, _, name = clark.rpartition("}")
        return self._global("element", namespace.removeprefix("{"), name)

    def children(self, declaration: Any) -> Iterator[Any]:
        """The declarations of the elements directly inside an element, in order, through bases and groups."""
        inline = declaration.find(f"{{{XS}}}complexType")
        named = declaration.get("type")
        if inline is None and named:
            inline = self._named("complexType", declaration, named)
        return iter(()) if inline is None else self._inside(inline)

    def driver(self, declaration: Any) -> bytes | None:
        """A schema whose only purpose is to have this declaration as a global element; None where that is not possible."""
        from lxml import etree

        parent = declaration.getparent()
        schema = declaration.getroottree().getroot()
        home, name = _namespace(schema), declaration.get("name")
        if parent is schema:
            plain: bytes = etree.tostring(_schema("", [("import" if home else "include", home, self._home(home))]))
            return plain
        qualified = declaration.get("form", schema.get("elementFormDefault")) == "qualified"
        target = home if qualified else ""
        kind = self._type_of(declaration, schema)
        known = self.element(f"{{{target}}}{name}")
        if known is not None:
            return self.driver(known) if self._type_name(known) == kind and kind else None
        needed = sorted({target, home, kind[0]} & set(self._namespaces))
        made = _schema(target, [("include" if each == target else "import", each, self._home(each)) for each in needed])
        added = etree.SubElement(made, f"{{{XS}}}element", name=name, type=f"kind:{kind[1]}" if kind[0] else kind[1])
        added.set("nillable", declaration.get("nillable", "false"))
        text: bytes = etree.tostring(made)
        return text.replace(b"<xs:schema ", f'<xs:schema xmlns:kind="{kind[0]}" '.encode(), 1) if kind[0] else text

    def parsed(self, driver: bytes) -> Any:
        """A driver ready to compile: what it includes is found here and nowhere else."""
        from lxml import etree

        documents = self._documents

        class Here(etree.Resolver):  # type: ignore[misc]  # lxml ships no types
            def resolve(self, url: str, _public: str, context: Any) -> Any:
                if url not in documents:
                    raise WrongContract(f"the vendored XSD asks for {url[:200]!r}, which is not vendored")
                return self.resolve_string(etree.tostring(documents[url]), context, base_url=url)

        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        parser.resolvers.add(Here())
        return etree.fromstring(driver, parser)

    def _collect_wsdl(self, path: Path) -> None:
        if path in self._seen_wsdl:
            return
        self._seen_wsdl.add(path)
        root = self._vendored.tree(path)
        if root.tag == f"{{{XS}}}schema":
            self._add(root, path)
        for imported in root.findall(f"{{{_WSDL}}}import"):
            self._collect_wsdl((path.parent / imported.get("location", "")).resolve())
        for schema in root.findall(f"{{{_WSDL}}}types/{{{XS}}}schema"):
            self._add(schema, path)

    def _add(self, schema: Any, base: Path) -> str:
        from lxml import etree

        name = f"{len(self._documents)}.xsd"
        # Serialised and read again, a schema stands alone and keeps the prefixes its WSDL declares.
        self._documents[name] = alone = etree.fromstring(etree.tostring(schema, with_tail=False))
        for node in alone:
            location = node.get("schemaLocation")
            if node.tag in _ELSEWHERE and location:
                node.set("schemaLocation", self._file((base.parent / location).resolve()))
        _loosen(alone)
        return name

    def _file(self, path: Path) -> str:
        if path not in self._of_file:
            self._of_file[path] = f"{len(self._documents)}.xsd"
            self._of_file[path] = self._add(self._vendored.tree(path), path)
        return self._of_file[path]

    def _point_imports(self, document: Any) -> None:
        for node in document.findall(f"{{{XS}}}import"):
            namespace = node.get("namespace", "")
            node.attrib.pop("schemaLocation", None)
            if namespace in self._namespaces:
                node.set("schemaLocation", self._home(namespace))

    def _home(self, namespace: str) -> str:
        return f"namespace-{self._namespaces.index(namespace)}.xsd"

    def _gathering(self, namespace: str) -> Any:
        own = [name for name, each in self._documents.items() if _namespace(each) == namespace and name[0].isdigit()]
        return _schema(namespace, [("include", namespace, name) for name in own])

    def _inside(self, node: Any) -> Iterator[Any]:
        for child in node:
            kind = str(child.tag).rpartition("}")[2]
            if kind == "element":
                yield child if child.get("name") else self._named("element", child, child.get("ref", ""))
            elif kind == "group" and child.get("ref"):
                yield from self._inside(self._named("group", child, child.get("ref")))
            elif kind == "extension":
                base = self._named("complexType", child, child.get("base", ""))
                yield from self._inside(base) if base is not None else ()
                yield from self._inside(child)
            elif kind in _INSIDE:
                yield from self._inside(child)

    def _named(self, kind: str, node: Any, qname: str) -> Any:
        return self._global(kind, *_resolved(node, qname))

    def _global(self, kind: str, namespace: str, name: str) -> Any:
        for document in self._documents.values():
            if _namespace(document) == namespace:
                found = document.find(f"{{{XS}}}{kind}[@name='{name}']")
                if found is not None:
                    return found
        return None

    def _type_name(self, declaration: Any) -> tuple[str, str] | None:
        named = declaration.get("type")
        return _resolved(declaration, named) if named else None

    def _type_of(self, declaration: Any, schema: Any) -> tuple[str, str]:
        """The name of a declaration's type. Of a type without a name a copy with one is put at the schema's end."""
        found = self._type_name(declaration)
        inline = next((child for child in declaration if str(child.tag).endswith("Type")), None)
        if found or inline is None:
            return found or (XS, "anyType")
        named = copy.deepcopy(inline)
        named.set("name", f"gateway.{len(schema)}")
        schema.append(named)
        return _namespace(schema), named.get("name")


def _loosen(schema: Any) -> None:
    """A DataSet (ASMX) is declared as "a schema, then anything", which asks for the XSD of XSD: anything, then."""
    for reference in list(schema.iter(f"{{{XS}}}element")):
        if reference.get("ref") and _resolved(reference, reference.get("ref"))[0] == XS:
            parent = reference.getparent()
            parent.remove(reference)
            for anything in parent.findall(f"{{{XS}}}any"):
                anything.attrib.update({"processContents": "skip", "maxOccurs": "unbounded"})


def _schema(target: str, parts: list[tuple[str, str, str]]) -> Any:
    from lxml import etree

    made = etree.Element(f"{{{XS}}}schema", nsmap={"xs": XS}, elementFormDefault="qualified")
    if target:
        made.set("targetNamespace", target)
    for kind, namespace, name in parts:
        part = etree.SubElement(made, f"{{{XS}}}{kind}", schemaLocation=name)
        if kind == "import" and namespace:
            part.set("namespace", namespace)
    return made


def _namespace(schema: Any) -> str:
    return str(schema.get("targetNamespace", ""))


def _resolved(node: Any, qname: str) -> tuple[str, str]:
    prefix, _, name = qname.rpartition(":")
    return node.nsmap.get(prefix or None) or "", name
