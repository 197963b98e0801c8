"""A set of a test's own over a table of its own, published as often as wanted, and the API that serves it: a real process."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import unicodedata
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlencode

import requests
import uvicorn
import yaml
from fastapi import FastAPI

from gateway.publish.switching import Published
from tests.helpers.house import ROOT, House

COLUMNS = {
    "code": ("string", "text"),
    "part": ("integer", "bigint"),
    "name": ("string", "text"),
    "amount": ("number", "numeric"),
    "is_open": ("boolean", "boolean"),
    "made_date": ("date", "date"),
    "made_at": ("timestamp", "timestamptz"),
    "tags": ("array", "text[]"),
}
KEY = ("code", "part")
ROWS = """
    insert into public.play select 'C' || lpad((n / 2)::text, 4, '0'), n % 2, 'Thủ tục ' || n, n / 4.0, n % 3 = 0,
        date '2026-01-01' + n, timestamptz '2026-01-01T00:00:00Z' + n * interval '1 hour', array['T' || n % 5, 'chung']
    from generate_series(0, {last}) n"""


class Play:
    """The house with the set `play`."""

    def __init__(self, house: House, name: str = "play", classification: str = "open") -> None:
        self.house, self.name = house, name
        self.schemas = house.place / "schemas"
        (self.schemas / "datasets").mkdir(parents=True, exist_ok=True)
        self.write(classification)

    def write(self, classification: str = "open", version: str = "1.0.0", leave: str = "", retention: str = "") -> None:
        """The contract. leave: a column it does not have. retention: days."""
        said = yaml.safe_load((ROOT / "schemas/datasets/crosswalk.odcs.yaml").read_text("utf-8"))
        said |= {"id": self.name, "name": self.name, "version": version}
        if retention:
            said["slaProperties"].append({"property": "retention", "value": int(retention), "unit": "d"})
        [table] = said["schema"]
        columns = [name for name in COLUMNS if name != leave]
        table |= {"name": self.name, "quality": [], "properties": [_column(name, classification) for name in columns]}
        query = {"property": "query", "value": f"select {', '.join(columns)} from public.play"}
        table["customProperties"] = [
            {"property": "titleEn", "value": "Play"},
            {"property": "streams", "value": []},
            query,
        ]
        text = yaml.safe_dump(said, allow_unicode=True)
        (self.schemas / "datasets" / f"{self.name}.odcs.yaml").write_text(text, "utf-8")

    def make(self, count: int) -> None:
        """The table with so many rows."""
        self.house.execute(
            f"create table public.play ({', '.join(f'{name} {kind}' for name, (_, kind) in COLUMNS.items())})"
        )
        self.house.execute(ROWS.replace("{last}", str(count - 1)).replace(":", "\\:"))

    def publish(self) -> Published:
        """Publish the set as it is now."""
        return self.house.publish(self.name, self.schemas)

    def current(self) -> dict[Any, dict[str, Any]]:
        """The rows of the files of `latest`, by key."""
        latest = self.house.place / "datasets" / self.name / "latest" / f"{self.name}.jsonl"
        return by_key(json.loads(line) for line in latest.read_text("utf-8").splitlines())


def _column(name: str, classification: str) -> dict[str, Any]:
    said: dict[str, Any] = {
        "name": name,
        "businessName": f"Cột {name}",
        "description": f"The column {name}.",
        "logicalType": COLUMNS[name][0],
        "classification": classification,
        "customProperties": [{"property": "descriptionVi", "value": f"Cột {name}."}],
    }
    if name in KEY:
        said |= {"primaryKey": True, "primaryKeyPosition": KEY.index(name) + 1, "required": True}
    if said["logicalType"] == "array":
        said["items"] = {"logicalType": "string"}
    return said


def by_key(rows: Any) -> dict[Any, dict[str, Any]]:
    """Rows by their key; none may come twice."""
    listed = list(rows)
    found = {tuple(row[name] for name in KEY): row for row in listed}
    assert len(found) == len(listed)
    return found


class Api:
    """A served API."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.logged = ""
        """What the program had written to its log when it ended."""
        self.http = requests.Session()
        self.http.trust_env = False

    def get(
        self, path: str, method: str = "GET", headers: dict[str, str] | None = None, **query: Any
    ) -> requests.Response:
        """One call below the address."""
        return self.http.request(method, f"{self.address}{path}", params=query, headers=headers, timeout=30)

    def json(self, path: str, **query: Any) -> Any:
        """The content of an answer that must be 200."""
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def problem(self, path: str, status: int, **query: Any) -> Any:
        """The content of a refusal that must be a problem document in both languages."""
        answer = self.get(path, **query)
        assert answer.status_code == status, answer.text
        return told(answer)

    def pages(self, path: str, **query: Any) -> Iterator[Any]:
        """Pages of rows until the last."""
        page = self.json(path, **query)
        yield page
        while page["next"]:
            page = self.json(path, **{**query, "after": page["next"]})
            yield page

    def follow(self, dataset: str, since: str, rows: dict[Any, dict[str, Any]], **query: Any) -> str:
        """Apply all changes since; where they end."""
        while True:
            page = self.json(f"/v1/sets/{dataset}/changes", since=since, **query)
            for change in page["changes"]:
                key = tuple(change["key"].values())
                if change["change"] == "removed":
                    rows.pop(key, None)
                else:
                    rows[key] = change["row"]
            since = page["next"]
            if page["is_last"]:
                return str(since)


def twice(api: Api, path: str, header: str, *said: str | bytes, **others: str) -> tuple[int, bytes]:
    """Status and content of the answer to a call with one header several times."""
    with closing(http.client.HTTPConnection(api.address.removeprefix("http://"), timeout=30)) as connection:
        connection.putrequest("GET", path)
        for name, value in (*((header, each) for each in said), *others.items()):
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read()


@contextmanager
def begun(
    api: Api, path: str, headers: dict[str, str] | None = None, form: dict[str, str] | None = None
) -> Iterator[http.client.HTTPConnection]:
    """A call that was sent, whose answer is still to be read. form: what is posted."""
    with closing(http.client.HTTPConnection(api.address.removeprefix("http://"), timeout=30)) as connection:
        if form is None:
            connection.request("GET", path, headers=headers or {})
        else:
            connection.request("POST", path, urlencode(form), {"Content-Type": "application/x-www-form-urlencoded"})
        yield connection


def told(answer: requests.Response) -> Any:
    """The problem document of a refusal."""
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert said["status"] == answer.status_code
    for name in ("title", "detail", "do"):
        assert said[name]
        assert said[f"{name}_vi"]
        assert said[f"{name}_vi"] == unicodedata.normalize("NFC", said[f"{name}_vi"])
    return said


@contextmanager
def serving(house: House, **more: str) -> Iterator[Api]:
    """`gateway serve` on a free port; it must end by Ctrl-C with 0, and log no fault of its own. `more` are further variables."""
    with house.lasting("serve", "--port", "0", **more) as command:
        try:
            words = command.first_line.split()
            assert words, "it ended before it served"
            api = Api(words[1].removesuffix("/v1/sets"))
            yield api
        except BaseException:
            print(command.end(signal.SIGKILL)[1])
            raise
        code, api.logged = command.end(signal.SIGINT)
        assert code == 0
        assert "Traceback" not in api.logged


def files_of(house: House, dataset: str) -> Path:
    """The folder of a set's last version."""
    return house.place / "datasets" / dataset / "latest"


@contextmanager
def in_thread(app: FastAPI) -> Iterator[Api]:
    """An application of a test's own on a free port, served by a thread."""
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", access_log=False))
    with socket.create_server(("127.0.0.1", 0)) as bound:
        thread = Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        try:
            yield Api(f"http://127.0.0.1:{bound.getsockname()[1]}")
        finally:
            server.should_exit = True
            thread.join()
