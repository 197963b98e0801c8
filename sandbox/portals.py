"""Every simulated portal by its name: how it is made. A new one is a package of its own and a line here."""

from collections.abc import Callable, Mapping

from sandbox.business.portal import BusinessPortal
from sandbox.justice.portal import JusticePortal
from sandbox.licences.portal import LicencesPortal
from sandbox.maritime.portal import MaritimePortal
from sandbox.national.portal import NationalPortal
from sandbox.national_gateway.portal import NationalGatewayPortal
from sandbox.national_proxy.portal import NationalProxyPortal
from sandbox.options import Options
from sandbox.portal import Portal
from sandbox.province.portal import ProvincePortal
from sandbox.province_opencps.portal import OpencpsPortal
from sandbox.province_tandan.portal import TandanPortal
from sandbox.secure_soap.portal import SecureSoapPortal
from sandbox.transport.portal import TransportPortal
from sandbox.units.portal import UnitsPortal
from sandbox.world.world import World
from sandbox.xroad.portal import XroadPortal

MAKERS: Mapping[str, Callable[[World, Options], Portal]] = {
    "national": lambda world, options: NationalPortal(world, options.session_seconds),
    "national-proxy": lambda world, options: NationalProxyPortal(world, options.token_seconds),
    "national-gateway": lambda world, options: NationalGatewayPortal(world, options.token_seconds),
    "province": lambda world, options: ProvincePortal(world, options.token_seconds, options.dossiers),
    "province-opencps": lambda world, options: OpencpsPortal(world, options.token_seconds),
    "province-tandan": lambda world, options: TandanPortal(world, options.token_seconds),
    "justice": lambda world, options: JusticePortal(world, options.token_seconds, options.dossiers),
    "business": lambda world, options: BusinessPortal(world, options.token_seconds, options.dossiers),
    "transport": lambda world, options: TransportPortal(world, options.token_seconds, options.dossiers),
    "licences": lambda world, options: LicencesPortal(world, options.session_seconds, options.dossiers),
    "maritime": lambda world, options: MaritimePortal(world, options.session_seconds),
    "units": lambda world, options: UnitsPortal(world, options.session_seconds),
    "xroad": lambda world, options: XroadPortal(world, options.session_seconds),
    "secure-soap": lambda world, options: SecureSoapPortal(world, options.session_seconds),
}
"""All of them share one world."""
