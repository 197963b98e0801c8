"""Simulated portals that speak the real contracts on loopback, for the demo, for tests and for a first day."""
