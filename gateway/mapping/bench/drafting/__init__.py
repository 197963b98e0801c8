"""A first draft of a mapping file, from what a portal sends and from how the known portals are mapped."""
