"""Who talks to whom on the simulated exchange: `instance/class/member/subsystem`, and a service code behind it."""

XROAD = "http://x-road.eu/xsd/xroad.xsd"
IDENTIFIERS = "http://x-road.eu/xsd/identifiers"
PROTOCOL_VERSION = "4.0"

CLIENT = "VN/GOV/H15/data-gateway"
PROVIDER = "VN/GOV/H15/one-stop"
DOSSIERS = "dossiers"
AGENCIES = "listAgencies"
# Registered at the provider, but nobody was given access.
CLOSED = "residents"
SERVICES = (DOSSIERS, AGENCIES, CLOSED)
