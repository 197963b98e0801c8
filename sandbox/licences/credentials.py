"""Invented credentials of the driving-licence system; they open nothing else."""

USERNAME = "000.00.00.H15"
PASSWORD = "sandbox-licences"
