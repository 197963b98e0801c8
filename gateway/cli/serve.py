"""`gateway serve`: the API of the shared data sets."""

from __future__ import annotations

from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    """Register the verb."""
    app.command()(serve)


def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 for every one of this machine.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 for any that is free.")] = 8090,
) -> int:
    """Serve the published sets over HTTP until Ctrl-C. Example: gateway serve --port 8090

    Anyone who reaches the address may read the sets whose columns are all open. Others need a key (gateway keys) and a right (gateway
    access); what is read with a key is in the audit log, so GATEWAY_SECRET_KEY must be set. /health and /metrics are for the operator:
    keep them inside when a proxy leads here from outside.
    """
    from gateway.config import load_settings
    from gateway.serve import server

    server.serve(load_settings(), host, port, lambda address: typer.echo(f"serving {address}/v1/sets (Ctrl-C ends)"))
    return 0
