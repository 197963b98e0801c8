"""XML: one hardened parser, plain dicts out of it, and documents written from plain dicts."""
