"""Invented credentials of the business registration; they open nothing else."""

from sandbox.ministry.wso2 import Client

CLIENT = Client("sandbox-business", "sandbox-secret")
