"""A REST request on the exchange, protocol r1: who asks whom for what, and the headers that go with the answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import unquote
from uuid import uuid4

from starlette.requests import Request

from sandbox.reply import Reply
from sandbox.xroad.failure import BAD_REQUEST, ExchangeFailure, check_parties
from sandbox.xroad.hashes import Headers, rest_hash
from sandbox.xroad.orders import Misdeed, fail

VERSION = "r1"
PARTS_OF_A_SERVICE = 5


@dataclass(frozen=True, slots=True)
class RestRequest:
    """One request as received; `target` is path and query undecoded."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    query: Mapping[str, str]
    body: bytes

    @property
    def service(self) -> tuple[str, ...]:
        """Instance, class, member, subsystem and service code; shorter when the address names no service."""
        return tuple(map(unquote, self._parts[:PARTS_OF_A_SERVICE]))

    @property
    def path(self) -> str:
        """What lies behind the service code; "" when nothing does."""
        return unquote("".join(f"/{part}" for part in self._parts[PARTS_OF_A_SERVICE:]))

    @property
    def name(self) -> str:
        """Under which it is counted: the service code."""
        return self.service[-1] if len(self.service) == PARTS_OF_A_SERVICE else VERSION

    def header(self, name: str) -> str:
        """The last header of a (lower-case) name, "" when there is none."""
        return next((value for known, value in reversed(self.headers) if known == name), "")

    @property
    def _parts(self) -> list[str]:
        return self.target.partition("?")[0].removeprefix(f"/{VERSION}/").split("/")


async def read_request(request: Request) -> RestRequest:
    """The request with its body and undecoded address."""
    query = request.scope["query_string"].decode("latin-1")
    path = request.scope["raw_path"].decode("latin-1")
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw)
    target = f"{path}?{query}" if query else path
    return RestRequest(request.method, target, headers, dict(request.query_params), await request.body())


def exchanged(asked: RestRequest, misdeed: Misdeed, provide: Callable[[], Reply]) -> Reply:
    """The provider's answer with the exchange's headers, or the exchange's failure."""
    try:
        client = _check(asked)
        fail(misdeed)
    except ExchangeFailure as failure:
        return failure.rest()
    reply = provide()
    return replace(reply, headers=reply.headers | _headers(asked, client, misdeed))


def _check(asked: RestRequest) -> str:
    """The client; raises ExchangeFailure."""
    client = asked.header("x-road-client")
    if not client or len(asked.service) < PARTS_OF_A_SERVICE or not all(asked.service):
        raise ExchangeFailure(
            BAD_REQUEST, "Error parsing the client's REST request: X-Road-Client and a service needed"
        )
    check_parties(unquote(client), "/".join(asked.service[:-1]), asked.service[-1])
    return client


def _headers(asked: RestRequest, client: str, misdeed: Misdeed) -> dict[str, str]:
    request_id, given = str(uuid4()), asked.header("x-road-id")
    message_id = given or str(uuid4())
    added: Headers = [("x-road-request-id", request_id), *([] if given else [("x-road-id", message_id)])]
    body = b"another request" if misdeed == "wrong_hash" else asked.body
    return {
        "X-Road-Client": client,
        "X-Road-Service": "/".join(asked.service),
        "X-Road-Id": str(uuid4()) if misdeed == "wrong_id" else message_id,
        "X-Road-Request-Id": request_id,
        "X-Road-Request-Hash": rest_hash(asked.method, asked.target, asked.headers, added, body),
    }
