"""What the gateway forwards: the list of procedures, one procedure, its decision, the fields."""

from collections.abc import Callable, Mapping

from sandbox.national.problems import Refused
from sandbox.national.services import Parameters, Service, list_fields, list_procedures, read_decision, read_procedure
from sandbox.national_gateway.envelope import gateway_reply
from sandbox.reply import Reply
from sandbox.world.world import World


def whole_list(service: Service) -> Callable[[World, Parameters], Reply]:
    """All records in `data`."""
    return lambda world, parameters: gateway_reply(200, service(world, parameters))


def one(service: Service, name: str) -> Callable[[World, Parameters], Reply]:
    """A single object in `data`, asked by the parameter `name`; null where the portal lost the detail."""

    def answer(world: World, parameters: Parameters) -> Reply:
        """400 without the parameter, 404 when nothing has that code."""
        if not parameters.get(name):
            return gateway_reply(400, detail=name)
        try:
            return gateway_reply(200, next(iter(service(world, parameters)), None))
        except Refused as problem:
            return gateway_reply(404, detail=str(problem))

    return answer


OPERATIONS: Mapping[str, Callable[[World, Parameters], Reply]] = {
    "LayDanhSachTTHC": whole_list(list_procedures),
    "LayThuTuc": one(read_procedure, "maTTHC"),
    "LayQDCB": one(read_decision, "idQDCB"),
    "LayDanhMucLinhVuc": whole_list(list_fields),
}
