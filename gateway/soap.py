"""A SOAP portal's files and connection → somebody who can call it: vendored WSDL, certificates, X-Road."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from connectors.connection import Connection
from connectors.http.client import HttpClient
from connectors.request import Request
from connectors.soap.caller import Security, SoapCaller
from connectors.soap.service import SoapService, SoapSpec
from connectors.soap.wsse_header import FRESHNESS, UsernameToken, certificate_from, signer_from
from connectors.xroad import Exchange
from gateway.config import HOME
from gateway.errors import ConfigError
from gateway.portals import PortalSpec
from gateway.vocabulary import seconds


def soap_caller(portal: PortalSpec, client: HttpClient, every: Request, exchange: Exchange | None) -> SoapCaller:
    """Raises ConfigError when there is no such WSDL, FatalPortalError when it or a certificate cannot be used."""
    service = SoapService(SoapSpec(_vendored(portal)))
    return SoapCaller(client, service, portal.answer, every, _security(portal, client.connection), exchange)


def _vendored(portal: PortalSpec) -> Path:
    """The portal's own folder may hold the WSDL (a site's own portals), else schemas/wsdl does."""
    named = str(portal.said.get("wsdl", ""))
    for folder in (portal.folder, HOME / "schemas" / "wsdl"):
        if named and (folder / named).is_file():
            return folder / named
    raise ConfigError(
        f"no WSDL {named!r}",
        where=str(portal.folder / "portal.yaml"),
        do="put the file into the portal's folder or below schemas/wsdl and name it under `wsdl`; it is never fetched",
    )


def _security(portal: PortalSpec, connection: Connection) -> Security:
    said = portal.said.get("security", {})
    token = None
    if portal.auth.kind == "username_token":
        token = UsernameToken(connection.value("login"), connection.value("password"))
    signer = certificate = None
    if said.get("sign"):
        signer = signer_from(Path(connection.value("signing_certificate")), Path(connection.value("signing_key")))
    if said.get("verify"):
        certificate = certificate_from(Path(connection.value("portal_certificate")))
    freshness = timedelta(seconds=seconds(said["freshness"])) if "freshness" in said else FRESHNESS
    return Security(token, signer, certificate, freshness)
