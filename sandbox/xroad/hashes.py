"""The hash of a request that comes back with its answer (X-Road-Request-Hash, requestHash).

REST, after the protocol's chapter 4.3: base64(SHA512(SHA512(headers) + SHA512(body))), or base64(SHA512(headers))
without a body. The "headers" are the message as security servers pass it on: method, path with query, then each header
as `name:value`, every line ended by CRLF, in the order received; without the headers that concern one hop only, and
with X-Road-Request-Id (and X-Road-Id, where the client sent none) at the end. Names are in lower case here.
SOAP: base64(SHA512(the bytes of the request)).
"""

from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha512

# Never passed on: hop-by-hop headers, those that tell of the sender's machine, and what the servers set themselves.
SKIPPED = frozenset(
    [
        "transfer-encoding",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "upgrade",
        "connection",
        "user-agent",
        "host",
        "content-length",
        "server",
        "expect",
        "x-road-request-id",
        "x-road-request-hash",
    ]
)
Headers = Iterable[tuple[str, str]]


def rest_hash(method: str, target: str, headers: Headers, added: Headers, body: bytes) -> str:
    """The hash of a REST request; `target` is path and query as sent, `added` what the security server put in."""
    passed = [f"{name}:{value}" for name, value in headers if name not in SKIPPED]
    lines = [method, target, *passed, *(f"{name}:{value}" for name, value in added)]
    head = sha512("".join(f"{line}\r\n" for line in lines).encode("latin-1", "replace")).digest()
    return b64encode(sha512(head + sha512(body).digest()).digest() if body else head).decode()


def soap_hash(body: bytes) -> str:
    """The hash of a SOAP request."""
    return b64encode(sha512(body).digest()).decode()
