"""The faults of WS-Security, as a service answers a request that it does not trust."""

from sandbox.secure_soap.names import WSSE
from sandbox.soap.message import SoapFault

INVALID = "wsse:InvalidSecurity"
FAILED_CHECK = "wsse:FailedCheck"
FAILED_LOGIN = "wsse:FailedAuthentication"
INVALID_TOKEN = "wsse:InvalidSecurityToken"


class SecurityFault(SoapFault):
    """A request whose security is not as demanded; it is answered unsigned."""

    namespaces = f' xmlns:wsse="{WSSE}"'
