"""Stand-in for the simulated portals."""
