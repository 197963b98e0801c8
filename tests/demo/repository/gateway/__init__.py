"""Stand-in for the gateway: tables and one night's rows."""
