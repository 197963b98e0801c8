"""Invented credentials of the justice services; they open nothing else."""

from base64 import b64encode

from sandbox.ministry.wso2 import Client
from sandbox.reply import encode

CLIENT = Client("sandbox-justice", "sandbox-secret")
LGSP_HEADER = "lgspaccesstoken"
LGSP_KEYS = {
    "AccessKey": "sandbox-access",
    "SecretKey": "sandbox-secret-key",
    "AppName": "SANDBOX",
    "PartnerCode": "000.00.00.H15",
    "PartnerCodeCus": "000.00.00.H15",
}


def lgsp_token() -> str:
    """The value of the header `lgspaccesstoken`: base64 of the JSON of the five keys."""
    return b64encode(encode(LGSP_KEYS)).decode()
