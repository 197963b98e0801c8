"""A vendor's gateway before the national portal (VNPT, for a ministry): `{code, message, data}`, real HTTP statuses."""
