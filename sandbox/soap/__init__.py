"""What the simulated portals that speak SOAP 1.1 share: reading calls, writing answers and faults, their contracts."""
