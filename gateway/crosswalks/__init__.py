"""Crosswalks for people: are they whole, and what do they say? Looking a code up is in `gateway.mapping.crosswalk`."""
