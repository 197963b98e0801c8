"""mappings/<portal>/deliveries/<name>.yaml → Delivery: what a portal must hear of, how it is told, and what its answers mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from connectors import decode
from connectors.answer import AnswerRules
from connectors.errors import UnclearAnswer
from connectors.formats import Format
from connectors.request import Request
from gateway import vocabulary
from gateway.config import HOME
from gateway.delivery.payload import Payload, compile_payload
from gateway.delivery.whose import Whose, read_whose
from gateway.documents import Document
from gateway.errors import ConfigError
from gateway.portals import PortalSpec
from gateway.workshop import Workshop

FOLDER = "deliveries"
SCHEMA = HOME / "schemas" / "delivery.schema.json"


@dataclass(frozen=True)
class Call:
    """One operation of a portal. items: the body member that takes what is sent, "" for the whole body; is_list: it takes a list.

    batch: how many of them one call may carry. form: how the portal writes its answer.
    """

    request: Request
    items: str
    is_list: bool
    batch: int
    form: Format


@dataclass(frozen=True)
class ReadBack:
    """How a portal is asked what it holds of a dossier.

    send: the parameter with its code; records: where the answer has it; code: the member of the answer that bears its code,
    "" where the contract names none. record: members of the answer → members of what we sent, which must say the same.
    events: (list, members in it → members of the event we sent); empty where it shows none.
    visible_within: seconds until what was taken must be seen.
    """

    request: Request
    send: str
    records: str
    code: str
    record: Mapping[str, str]
    events: str
    event: Mapping[str, str]
    visible_within: float = 0


@dataclass(frozen=True)
class Jump:
    """A night with more than `more_than` rows, and more than `times` the usual, waits for a person."""

    more_than: int = 1000
    times: float = 5


@dataclass(frozen=True)
class Delivery:
    """One target (đích): portal/delivery. whose: the dossiers it must hear of.

    update: None where a record is handed over once, and what changes later is not told. waits: seconds before each repeat;
    after the last the row is dead.
    """

    portal: PortalSpec
    name: str
    title: Mapping[str, str]
    whose: Whose
    rules: AnswerRules
    create: Call | None
    update: Call | None
    event: Call | None
    record_payload: Payload | None
    event_payload: Payload | None
    read_back: ReadBack | None
    waits: tuple[float, ...]
    document: Document
    jump: Jump = field(default_factory=Jump)
    may_repeat: bool = False

    @property
    def target(self) -> str:
        """`portal/delivery`, the way tables and people call it."""
        return f"{self.portal.portal}/{self.name}"

    def payload(self, kind: str) -> Payload:
        """How a record or an event is written."""
        found = self.record_payload if kind == "record" else self.event_payload
        assert found is not None
        return found

    def call(self, operation: str) -> Call:
        """The call of an operation: create, update or event."""
        found: Call | None = getattr(self, operation)
        assert found is not None
        return found


def deliveries(shop: Workshop) -> Iterator[Delivery]:
    """Every target in the mapping folders, by name. Raises ConfigError with file and line."""
    # Portals without deliveries are not read: a load asks this too.
    saying = {path.parents[1].name for folder in shop.settings.mappings for path in folder.glob(f"*/{FOLDER}/*.yaml")}
    for name in sorted(saying):
        yield from deliveries_of(shop.portal(name))


def deliveries_of(portal: PortalSpec) -> Iterator[Delivery]:
    """Every target in a portal's folder, by name. Raises ConfigError with file and line."""
    for path in sorted((portal.folder / FOLDER).glob("*.yaml")):
        yield read_delivery(portal, path)


def delivery(shop: Workshop, target: str) -> Delivery:
    """One target by name; ConfigError that lists what there is."""
    portal, _, name = target.partition("/")
    known = {each.target: each for each in deliveries(shop)}
    if f"{portal}/{name}" not in known:
        raise ConfigError(f"no target {target!r}", do=f"name one of {', '.join(known) or 'none: no mapping has any'}")
    return known[target]


def owed(shop: Workshop, issuer: str) -> list[Delivery]:
    """The targets that must hear of an issuer's dossiers."""
    return [each for each in deliveries(shop) if issuer in each.whose.issuers]


def read_delivery(portal: PortalSpec, path: Path) -> Delivery:
    """A target from its file."""
    document = Document(path)
    document.check(SCHEMA, "delivery")
    said: dict[str, Any] = document.content
    if said["delivery"] != path.stem:
        raise ConfigError(
            f"delivery {said['delivery']!r} lies in file {path.name!r}",
            where=document.where(["delivery"]),
            do="give both the same name",
        )
    if "record" in said and "update" not in said["record"]:
        _check_once(document)
    record, event, unwrap = said.get("record", {}), said.get("event", {}), said.get("answer", {}).get("unwrap", ())
    crosswalks = portal.folder.parent / "crosswalks"
    return Delivery(
        portal=portal,
        name=said["delivery"],
        title=said["name"],
        whose=read_whose(said["of"]),
        rules=_rules(portal, said.get("answer", {})),
        create=_call(record, "create", unwrap),
        update=_call(record, "update", unwrap),
        event=_call(event, "call", unwrap),
        record_payload=compile_payload(document, ["record", "fields"], crosswalks) if record else None,
        event_payload=compile_payload(document, ["event", "fields"], crosswalks) if event else None,
        read_back=_read_back(said["read_back"]) if "read_back" in said else None,
        waits=tuple(vocabulary.seconds(each) for each in said.get("retry", _WAITS)),
        document=document,
        jump=Jump(**said.get("jump", {})),
        may_repeat=said.get("may_repeat", False),
    )


def _check_once(document: Document) -> None:
    """What is handed over once cannot be changed: where a portal says that it has it, there would be nothing to do."""
    failures = document.content.get("answer", {}).get("failure", [])
    if any(each["means"] == "exists" for each in failures):
        raise ConfigError(
            "`exists` asks for a change, and the record has no `update`",
            where=document.where(["answer", "failure"]),
            do="let it mean reject_record, or write `update`",
        )


_WAITS = ("1m", "5m", "15m", "1h", "2h", "4h", "8h")


def _rules(portal: PortalSpec, said: Mapping[str, Any]) -> AnswerRules:
    """The portal's own rules, after those of this delivery; an answer that none of them knows is unclear, not a refusal."""
    own = vocabulary.answer(said)
    return replace(
        portal.answer,
        success=own.success or portal.answer.success,
        failures=(*own.failures, *portal.answer.failures),
        message=said.get("message", portal.answer.message),
        otherwise=UnclearAnswer,
    )


def _call(said: Mapping[str, Any], name: str, unwrap: Sequence[Mapping[str, Any]]) -> Call | None:
    if name not in said:
        return None
    items = said["items"]
    request = replace(vocabulary.request(said[name], packed=False), repeatable=False)
    batch = said.get("batch", 1) if items.endswith("[]") else 1
    form = vocabulary.form({"request": said[name], "records": decode.WHOLE, "unwrap": unwrap})
    return Call(request, items.removesuffix("[]").removesuffix("."), items.endswith("[]"), batch, form)


def _read_back(said: Mapping[str, Any]) -> ReadBack:
    events = said.get("events", {})
    return ReadBack(
        request=vocabulary.request(said["request"], packed=False),
        send=said["send"],
        records=said["records"],
        code=said.get("code", ""),
        record=said.get("record", {}),
        events=events.get("list", ""),
        event=events.get("same", {}),
        visible_within=vocabulary.seconds(said.get("visible_within", "0s")),
    )
