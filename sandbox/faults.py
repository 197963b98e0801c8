"""Misbehaviour on request: orders that wait for their calls, and orders that come with a call in its own header."""

import operator
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from functools import reduce
from typing import Any
from urllib.parse import unquote

import msgspec

from sandbox.misbehaviour import KINDS, Hit
from sandbox.misbehaviour.fault import Fault
from sandbox.reply import Reply

HEADER = "X-Sandbox-Fault"
ANY_KIND: Any = reduce(operator.or_, KINDS)
IN_JSON = {"records", "remove", "headers"}
"""Parameters that a header writes as JSON."""


class CurrentCall:
    """The call that is being answered: the fault its header orders, its name once known, whether it was spoiled."""

    def __init__(self, ordered: Fault | None = None) -> None:
        self.ordered = ordered
        self.name: str | None = None
        self.is_spoiled = False


CURRENT: ContextVar[CurrentCall] = ContextVar("current_call")
"""Set for each call around the portal, so that no portal has to hand its requests on."""


class Faults:
    """The orders in force, oldest first, and the last good answer by service or path."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._answers: dict[str, Reply] = {}

    def in_force(self) -> list[Fault]:
        """The orders that can still hit."""
        return [fault for fault in self._faults if not fault.is_spent]

    def add(self, body: bytes) -> Fault:
        """Takes an order as JSON; msgspec.DecodeError or ValidationError says what is wrong with it."""
        fault: Fault = msgspec.json.decode(body, type=ANY_KIND)
        fault.seen = fault.hits = 0
        self._faults.append(fault)
        return fault

    def clear(self) -> int:
        """Takes back every order; says how many were in force."""
        count = len(self.in_force())
        self._faults.clear()
        return count

    def take(self, name: str, path: str, codes: Sequence[str] | None = None) -> Hit | None:
        """The fault that hits this call, if any; every order that concerns the call counts it.

        codes: the dossiers that the call pushes; None when it pushes nothing. The order in the call's own header comes first.
        """
        call = CURRENT.get(CurrentCall())
        hitting = self._hitting(name, path, codes)
        fault = call.ordered or hitting
        call.name, call.is_spoiled = name, fault is not None
        return None if fault is None else Hit(fault, self._answers.get(name))

    def remember(self, name: str, answer: Reply) -> None:
        """Keeps the good answer of a call, for faults that repeat it."""
        self._answers[name] = answer

    def _hitting(self, name: str, path: str, codes: Sequence[str] | None) -> Fault | None:
        hitting = None
        for fault in self.in_force():
            if fault.concerns(name, path) and fault.wants(codes):
                fault.seen += 1
                if hitting is None and fault.seen > fault.after:
                    fault.hits += 1
                    hitting = fault
        return hitting


def header_fault(headers: Mapping[str, str]) -> Fault | None:
    """The fault that a call's header orders for this call alone: `kind[;parameter=value…]`.

    Values may be percent-encoded; objects are JSON. msgspec.DecodeError or ValidationError says what is wrong.
    """
    said = headers.get(HEADER)
    if said is None:
        return None
    kind, *pairs = (part.strip() for part in said.split(";"))
    parameters = dict(_parameter(pair) for pair in pairs if pair)
    if unfit := {"match", "times", "after"} & set(parameters):
        raise msgspec.ValidationError(f"{min(unfit)} has no meaning in a header, which is about its own call")
    fault: Fault = msgspec.convert({"kind": kind, "match": "/"} | parameters, type=ANY_KIND, strict=False)
    return fault


def _parameter(pair: str) -> tuple[str, Any]:
    name, _, value = pair.partition("=")
    name, text = name.strip(), unquote(value.strip())
    return name, msgspec.json.decode(text) if name in IN_JSON else text
