"""How the exchange misbehaves on command: POST /_sandbox/exchange."""

from typing import Annotated, Literal

import msgspec

from sandbox.xroad.failure import ACCESS_DENIED, CLIENT_NETWORK_ERROR, NETWORK_ERROR, ExchangeFailure

Misdeed = Literal[
    "good",
    "network_error",
    "client_network_error",
    "access_denied",
    "provider_error",
    "wrong_hash",
    "wrong_id",
    "other_version",
]
FAILURES = {
    "network_error": (NETWORK_ERROR, "Connect to 127.0.0.1:8080 failed: Connection timed out"),
    "client_network_error": (CLIENT_NETWORK_ERROR, "Could not connect to any target host"),
    "access_denied": (ACCESS_DENIED, "Request is not allowed"),
}


class ExchangeOrder(msgspec.Struct, forbid_unknown_fields=True):
    """What happens to the next `times` calls (0 = until another order).

    `provider_error` is the provider's own 500; `wrong_hash`, `wrong_id` and `other_version` spoil what an answer says of
    its request (`other_version` in SOAP only); the others are failures of the exchange.
    """

    answer: Misdeed
    times: Annotated[int, msgspec.Meta(ge=0)] = 1

    def take(self) -> Misdeed:
        """What happens to this call; counts it."""
        taken = self.answer
        if self.times:
            self.times -= 1
            if not self.times:
                self.answer = "good"
        return taken


def fail(misdeed: Misdeed) -> None:
    """Raises the failure of the exchange that was ordered, if one was."""
    if misdeed in FAILURES:
        raise ExchangeFailure(*FAILURES[misdeed])
