"""Document type declarations that the web's XML does without: plain, with an entity from elsewhere, with a bomb."""

import re
from dataclasses import replace
from typing import Annotated

import msgspec

from sandbox.misbehaviour.fault import Fault
from sandbox.reply import Reply

DECLARATION = re.compile(rb"\s*<\?xml[^>]*\?>")
ROOT = re.compile(rb"<([A-Za-z_][\w.:-]*)[^<>]*>")
TEXT = re.compile(rb"(>)([^<>\s][^<>]*</)")
STAND_IN = b"<answer><text>sandbox</text></answer>"


class Doctype(Fault, tag="doctype"):
    """A document type declaration that declares nothing."""

    def spoiled(self, reply: Reply) -> Reply:
        """One line more."""
        return _declared(reply, b"")


class ExternalEntity(Fault, tag="external_entity"):
    """An entity whose text lies at `location` (file: or http:), used in the first text; or a `parameter` entity."""

    location: str = "file:///etc/hostname"
    parameter: bool = False

    def spoiled(self, reply: Reply) -> Reply:
        """The declaration, and a place where the entity's text would show."""
        where = self.location.encode()
        if self.parameter:
            return _declared(reply, b'<!ENTITY %% outside SYSTEM "%s"> %%outside;' % where)
        return _declared(reply, b'<!ENTITY outside SYSTEM "%s">' % where, uses=b"&outside;")


class XmlBomb(Fault, tag="xml_bomb"):
    """Entities of entities: ten to the power of `levels` times three letters, used in the first text."""

    levels: Annotated[int, msgspec.Meta(ge=1, le=26)] = 9

    def spoiled(self, reply: Reply) -> Reply:
        """The declarations, and a place where the last of them would go off."""
        entities = [b'<!ENTITY e0 "lol">']
        entities += [
            b'<!ENTITY e%d "%s">' % (level, b"&e%d;" % (level - 1) * 10) for level in range(1, self.levels + 1)
        ]
        return _declared(reply, b"".join(entities), uses=b"&e%d;" % self.levels)


def before_first_text(body: bytes, piece: bytes) -> bytes:
    """An XML document with a piece put before the first text that an element holds."""
    return TEXT.sub(lambda found: found[1] + piece + found[2], body, count=1)


def _declared(reply: Reply, entities: bytes, uses: bytes = b"") -> Reply:
    """The answer's XML with a DOCTYPE; an answer that is none is replaced by a small document."""
    is_xml = reply.body.lstrip().startswith(b"<")
    body = reply.body if is_xml else STAND_IN
    declaration = DECLARATION.match(body)
    start = declaration.end() if declaration else 0
    root = ROOT.search(body, start)
    name = root.group(1) if root else b"answer"
    doctype = b"\n<!DOCTYPE %s [%s]>" % (name, entities)
    rest = before_first_text(body[start:], uses)
    return replace(reply, body=body[:start] + doctype + rest, media=reply.media if is_xml else "text/xml;charset=UTF-8")
