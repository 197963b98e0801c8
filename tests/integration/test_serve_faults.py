"""A mistake of ours: its reader hears that there is one, the operator where, and nobody what it was about."""

from __future__ import annotations

import subprocess
import sys

import pytest
import requests

from tests.helpers.house import ROOT, House
from tests.helpers.serving import Api, told

CANARY = "099000000001"
FAULTY = f"""
from fastapi import Response
from gateway.cli import main
from gateway.serve import health, shelf

def find(self, connection, dataset):
    try:
        int(f"number {{dataset}}")
    except ValueError as error:
        raise RuntimeError(f"{{dataset}} is odd") from error

class Begun(Response):
    async def __call__(self, scope, receive, send):
        await send({{"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]}})
        raise KeyError("{CANARY}")

shelf.Shelf.find = find
health.answer = lambda *_: Begun()
main()
"""
"""`gateway` with two mistakes: one before an answer, one in the midst of it."""


def test_a_fault_is_logged_by_class_and_place_never_by_its_text(house: House) -> None:
    command = [sys.executable, "-c", FAULTY, "serve", "--port", "0"]
    environment = {**house.environment, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            assert process.stdout is not None
            api = Api(process.stdout.readline().split()[1].removesuffix("/v1/sets"))
            answer = api.get(f"/v1/sets/{CANARY}/rows")
            with pytest.raises(requests.exceptions.ChunkedEncodingError):
                api.get("/health")
        finally:
            process.terminate()
        _, errors = process.communicate(timeout=30)
    assert (answer.status_code, told(answer)["type"]) == (500, "urn:gateway:problem:fault")
    assert CANARY not in answer.text
    assert "error='RuntimeError'" in errors
    assert "from ValueError" in errors
    assert "error='KeyError'" in errors
    for place in ("rows.py", "<string>:10 find", "<string>:8 find", "<string>:15 __call__"):
        assert place in errors
    assert CANARY not in errors
