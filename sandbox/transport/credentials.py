"""Invented credentials of the transport ministry's one-stop system; they open nothing else."""

from sandbox.ministry.wso2 import Client

CLIENT = Client("sandbox-transport", "sandbox-secret")
UNIT = "000.00.00.H15"
API_KEY = "sandbox-api-key"
