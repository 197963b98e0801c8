"""The provider behind the SOAP service: the province's agencies (cơ quan)."""

from sandbox.soap.message import Call, SoapFault, element
from sandbox.world.agencies import LEVELS, Agency
from sandbox.world.world import World
from sandbox.xroad.names import AGENCIES

NAMESPACE = "http://one-stop.example/xroad/agencies/1.0"
NIL = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"'


def list_agencies(world: World, call: Call) -> str:
    """listAgencies: every agency, or those of one `level`; SoapFault (the provider's own) for an unknown level."""
    level = call.argument("level")
    if level and level not in LEVELS:
        raise SoapFault("soap:Client", f"Không có cấp đơn vị này: {level}")
    known = world.agencies.by_key
    chosen = [agency for agency in world.agencies.all if level in ("", agency.level)]
    rows = "".join(_agency(agency, known.get(agency.parent)) for agency in chosen)
    return f'<{AGENCIES}Response xmlns="{NAMESPACE}">{rows}</{AGENCIES}Response>'


def _agency(agency: Agency, parent: Agency | None) -> str:
    return (
        f"<agency>{element('code', agency.code(old_style=False))}"
        f"{element('oldCode', agency.old_code) if agency.old_code else ''}"
        f"{element('name', agency.name)}"
        f"{element('parentCode', parent.code(old_style=False)) if parent else f'<parentCode{NIL}/>'}"
        f"{element('level', agency.level)}{element('active', 'true' if agency.status else 'false')}</agency>"
    )
