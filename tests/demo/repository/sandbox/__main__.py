"""`python -m sandbox`: two ports that tell which fault the test wants (DEMO_TEST_FAULT)."""

from __future__ import annotations

import argparse
import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class Portal(BaseHTTPRequestHandler):
    """Answers every GET alike."""

    def do_GET(self) -> None:
        body = json.dumps({"fault": os.environ.get("DEMO_TEST_FAULT", "")}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    for name in ("--seed", "--day", "--procedures", "--dossiers"):
        parser.add_argument(name, type=int, default=0)
    for name in ("--catalogue", "--remember"):
        parser.add_argument(name)
    return parser.parse_args()


if __name__ == "__main__":
    options = _options()
    servers = [ThreadingHTTPServer(("127.0.0.1", port), Portal) for port in (0, 0)]
    national, province = (f"http://127.0.0.1:{server.server_address[1]}" for server in servers)
    addresses = {"national": national, "province": province}
    connections = {name: {"conn_type": "http", "host": address} for name, address in addresses.items()}
    print(json.dumps({**addresses, "day": options.day, "connections": connections}), flush=True)
    Thread(target=servers[0].serve_forever, daemon=True).start()
    servers[1].serve_forever()
