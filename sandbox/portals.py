"""Every simulated portal by its name: how it is made. A new one is a package of its own and a line here."""

from collections.abc import Callable, Mapping

from sandbox.national.portal import NationalPortal
from sandbox.options import Options
from sandbox.portal import Portal
from sandbox.province.portal import ProvincePortal
from sandbox.world.world import World

MAKERS: Mapping[str, Callable[[World, Options], Portal]] = {
    "national": lambda world, options: NationalPortal(world, options.session_seconds),
    "province": lambda world, options: ProvincePortal(world, options.token_seconds),
}
"""All of them share one world."""
