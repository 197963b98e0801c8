"""One call to a portal, before credentials are added."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl


@dataclass(frozen=True)
class Request:
    """What to ask. `path` is relative to the portal's address.

    body: sent as JSON; form: sent as a form; content: sent as it is, with `content_type`; a function makes it anew for each
    try (a nonce may be used once). basic: user and password of HTTP Basic. packed: keep the answer compressed while it
    arrives (big answers). repeatable: whether a broken call may be sent again. operation: of a SOAP service; its arguments
    are then the body, or (wrap) the argument of that name is the body written as a whole XML document with the root element
    `root`, a fresh id at the dotted member `message_id`. accept_status: HTTP statuses beside 2xx whose answers the caller
    judges itself (a SOAP fault comes with 500); an answer with one of these may also be empty.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    form: Mapping[str, str] | None = None
    content: bytes | Callable[[], bytes] | None = None
    content_type: str = ""
    basic: tuple[str, str] | None = None
    packed: bool = False
    repeatable: bool = True
    operation: str = ""
    wrap: str = ""
    root: str = ""
    message_id: str = ""
    accept_status: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """What a person calls it: method and path, or the SOAP operation. Never the query: it may hold personal data."""
        return self.operation or f"{self.method} {self.path}"

    def with_query(self, more: Mapping[str, str]) -> Request:
        """The same call with more query parameters."""
        return replace(self, query={**self.query, **more})

    def with_query_text(self, text: str) -> Request:
        """The same call with the parameters of a link's query."""
        return self.with_query(dict(parse_qsl(text, keep_blank_values=True)))

    def with_headers(self, more: Mapping[str, str]) -> Request:
        """The same call with more headers."""
        return replace(self, headers={**self.headers, **more})

    def with_body(self, more: Mapping[str, Any]) -> Request:
        """The same call with more members in its body, also inside members that both have."""
        return replace(self, body=_joined(self.body or {}, more))

    def with_parameters(self, more: Mapping[str, Any], place: str = "") -> Request:
        """The same call with more parameters in the `query`, the `body` or the `form`; "": where this call has them.

        In the body a dotted name stands for a member of a member.
        """
        place = place or self._usual_place()
        if place == "body":
            return replace(self, body=_nested(self.body or {}, more))
        written = {name: str(value) for name, value in more.items()}
        if place == "form":
            return replace(self, form={**(self.form or {}), **written})
        return self.with_query(written)

    def _usual_place(self) -> str:
        if self.form is not None:
            return "form"
        return "query" if self.method == "GET" else "body"


def _joined(body: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """A body with more members; where both hold an object, the two are joined."""
    filled = dict(body)
    for name, value in more.items():
        both = isinstance(value, Mapping) and isinstance(filled.get(name), Mapping)
        filled[name] = _joined(filled[name], value) if both else value
    return filled


def _nested(body: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """A body with more members; a dotted name stands for a member of a member."""
    filled = dict(body)
    for name, value in more.items():
        head, _, rest = name.partition(".")
        filled[head] = _nested(filled.get(head) or {}, {rest: value}) if rest else value
    return filled
