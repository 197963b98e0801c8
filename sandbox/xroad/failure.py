"""Failures of the exchange itself, told apart from what a provider answers by the header X-Road-Error."""

from html import escape
from uuid import uuid4

from sandbox.reply import Reply, json_reply
from sandbox.soap.message import SoapFault
from sandbox.xroad.names import CLIENT, CLOSED, PROVIDER, SERVICES, XROAD

BAD_REQUEST = "Client.BadRequest"
NETWORK_ERROR = "Server.ServerProxy.NetworkError"
CLIENT_NETWORK_ERROR = "Server.ClientProxy.NetworkError"
ACCESS_DENIED = "Server.ServerProxy.AccessDenied"
UNKNOWN_MEMBER = "Server.ClientProxy.UnknownMember"
UNKNOWN_SERVICE = "Server.ServerProxy.UnknownService"


class ExchangeFailure(Exception):
    """The exchange could not carry a message: the type of error, as X-Road names it, and words for it."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind

    def rest(self) -> Reply:
        """As REST says it: 400 for a wrong request, 500 for the rest, with X-Road-Error and {type, message, detail}."""
        body = {"type": self.kind, "message": str(self), "detail": str(uuid4())}
        return json_reply(body, 400 if self.kind == BAD_REQUEST else 500, **{"X-Road-Error": self.kind})

    def soap(self) -> SoapFault:
        """As SOAP says it: the type is the fault code."""
        detail = f'<xroad:faultDetail xmlns:xroad="{XROAD}">{escape(str(uuid4()))}</xroad:faultDetail>'
        return SoapFault(self.kind, str(self), detail)


def check_parties(client: str, provider: str, service: str) -> None:
    """Refuses an unknown client, an unknown service and a service that the client may not use."""
    if client != CLIENT:
        raise ExchangeFailure(UNKNOWN_MEMBER, f"Client 'SUBSYSTEM:{client}' not found")
    if provider != PROVIDER or service not in SERVICES:
        raise ExchangeFailure(UNKNOWN_SERVICE, f"Unknown service: SERVICE:{provider}/{service}")
    if service == CLOSED:
        raise ExchangeFailure(ACCESS_DENIED, f"Request is not allowed: SERVICE:{provider}/{service}")
