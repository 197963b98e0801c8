"""The container files by what can be seen without an engine: nobody is root, nothing is open, nothing is left unpinned."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.config import load_settings

ROOT = Path(__file__).resolve().parents[2]
DOCKER = ROOT / "docker"
COMPOSE: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (DOCKER / "Dockerfile").read_text("utf-8")
EXAMPLES = sorted(DOCKER.glob("*.env.example"))
each_service = pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES.keys())


class _Noted(dict[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = set[str]()

    def get(self, key: str, default: Any = None) -> Any:
        self.asked.add(key)
        return default


def _settings() -> set[str]:
    noted = _Noted()
    load_settings(noted)
    return noted.asked


def _instructions(text: str) -> list[tuple[str, str]]:
    joined = re.sub(r"\\\n\s*", " ", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE))
    return [(word.upper(), rest) for word, _, rest in (line.partition(" ") for line in joined.splitlines()) if word]


def _example(path: Path) -> dict[str, str]:
    lines = [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


@each_service
def test_service_runs_pinned_without_rights_and_is_watched(service: dict[str, Any]) -> None:
    image = re.sub(r"\$\{\w+:-(.+)\}", r"\1", service["image"])
    assert re.fullmatch(r"[\w.-]+:\d[\w.-]*", image), image
    assert service["user"].split(":")[0] not in {"root", "0"}
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert not service.get("privileged")
    is_job = service["restart"].startswith("on-failure")
    assert service["restart"] == "unless-stopped" or is_job
    assert is_job or {"test", "interval", "timeout", "retries"} <= set(service["healthcheck"])


@each_service
def test_ports_are_bound_to_this_machine(service: dict[str, Any]) -> None:
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


@each_service
def test_files_and_volumes_it_names_exist(service: dict[str, Any]) -> None:
    for name in service["env_file"]:
        assert (DOCKER / f"{name}.example").is_file()
    for volume in service["volumes"]:
        source = volume.split(":")[0]
        assert (DOCKER / source).is_file() if source.startswith(".") else source in COMPOSE["volumes"]
    for name in service.get("depends_on", {}):
        assert name in SERVICES


@each_service
def test_no_secret_stands_in_compose(service: dict[str, Any]) -> None:
    for name, value in service.get("environment", {}).items():
        assert not re.search(r"KEY|SECRET|PASSWORD|CONN", name)
        assert "://" not in value or "@" not in value


def test_airflow_is_whole_and_in_vietnamese_time() -> None:
    started = {service["command"][1] for service in SERVICES.values() if service.get("command", [""])[0] == "airflow"}
    assert started == {"api-server", "scheduler", "dag-processor", "triggerer"}
    environment = SERVICES["airflow-scheduler"]["environment"]
    assert environment["AIRFLOW__CORE__EXECUTOR"] == "LocalExecutor"
    assert environment["AIRFLOW__CORE__DEFAULT_TIMEZONE"] == "Asia/Ho_Chi_Minh"


def test_the_landing_key_goes_only_where_tasks_run() -> None:
    holders = {name for name, service in SERVICES.items() if "gateway.env" in service["env_file"]}
    assert holders == {"init", "airflow-scheduler"}
    given = {volume.split(":")[0] for volume in SERVICES["serve"]["volumes"]}
    assert given == {"datasets"}, "it has the key, and nothing that the key opens"
    assert [name for name, service in SERVICES.items() if "owner.env" in service["env_file"]] == ["init"]


def test_gateway_variables_are_those_it_reads() -> None:
    texts = [DOCKERFILE, (DOCKER / "compose.yaml").read_text("utf-8")]
    named = {name for text in texts for name in re.findall(r"\bGATEWAY_[A-Z_]+(?==|:)", text)}
    named |= {name for path in EXAMPLES for name in _example(path) if name.startswith("GATEWAY_")}
    assert named == _settings()


def test_each_portal_has_a_connection_and_a_pool() -> None:
    pools = json.loads((DOCKER / "airflow-pools.json").read_text("utf-8"))
    connections = {name for name in _example(DOCKER / "gateway.env.example") if name.startswith("AIRFLOW_CONN_")}
    portals = [yaml.safe_load(path.read_text("utf-8")) for path in (ROOT / "mappings").glob("*/portal.yaml")]
    assert set(pools) == {f"portal_{portal['portal']}" for portal in portals}
    assert connections == {f"AIRFLOW_CONN_{portal['connection'].upper()}" for portal in portals}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_examples_hold_no_secret(path: Path) -> None:
    for name, value in _example(path).items():
        if re.search(r"PASSWORD|SECRET|KEY", name) and not name.endswith("_FILE"):
            assert value.startswith("change-me"), name
        for password in re.findall(r"://\w+:([^@]+)@", value):
            assert password.startswith("change-me"), name


def test_passwords_agree_between_the_examples() -> None:
    postgres = _example(DOCKER / "postgres.env.example")
    addresses = {
        "DB_PASSWORD_AIRFLOW": _example(DOCKER / "airflow.env.example")["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"],
        "DB_PASSWORD_GATEWAY": _example(DOCKER / "gateway.env.example")["GATEWAY_DATABASE_URL"],
        "DB_PASSWORD_GATEWAY_SERVE": _example(DOCKER / "serve.env.example")["GATEWAY_DATABASE_URL"],
        "DB_PASSWORD_GATEWAY_OWNER": _example(DOCKER / "owner.env.example")["GATEWAY_DATABASE_URL"],
    }
    for name, address in addresses.items():
        assert f":{postgres[name]}@postgres:5432/" in address
    wanted = set(re.findall(r"\$\{(DB_\w+):\?", (DOCKER / "init-databases.sh").read_text("utf-8")))
    assert wanted == set(addresses)


def test_what_two_services_must_know_alike_is_alike() -> None:
    gateway, serve = (_example(DOCKER / f"{name}.env.example") for name in ("gateway", "serve"))
    for name in ("GATEWAY_SECRET_KEY", "GATEWAY_PUBLIC_URL"):
        assert serve[name] == gateway[name]


def test_dockerfile_follows_the_rules() -> None:
    instructions = _instructions(DOCKERFILE)
    words = [word for word, _ in instructions]
    users = [rest for word, rest in instructions if word == "USER"]
    assert users
    assert users[-1].split(":")[0] not in {"root", "0"}
    assert words.index("USER") > max(n for n, word in enumerate(words) if word == "RUN")
    assert "ADD" not in words
    assert "HEALTHCHECK" in words
    assert not re.search(r"https?://|curl |wget |:latest\b", "\n".join(rest for _, rest in instructions))
    assert {rest.split()[0] for word, rest in instructions if word == "FROM"} == {"${PYTHON_IMAGE}"}
    [base] = [rest for word, rest in instructions if word == "ARG"]
    assert re.fullmatch(r"PYTHON_IMAGE=python:3\.\d+-slim-\w+", base)


def test_dockerfile_installs_from_hashes_only_and_bakes_in_no_secret() -> None:
    installs = [rest for word, rest in _instructions(DOCKERFILE) if word == "RUN" and "pip install" in rest]
    assert installs
    assert all("--require-hashes" in each or "--no-deps" in each for each in installs)
    assert not re.search(r"SECRET_KEY|PASSWORD|DATABASE_URL|AIRFLOW_CONN", DOCKERFILE)


def test_all_that_the_project_is_built_from_is_copied_before_it_is_installed() -> None:
    before = DOCKERFILE[: DOCKERFILE.index("--editable")]
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]["wheel"]
    for folder in [*wheel["packages"], *wheel.get("force-include", {})]:
        assert f"\nCOPY {folder} {folder}\n" in before


def test_what_the_dockerfile_copies_exists_and_is_let_in() -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    copied = set[str]()
    for word, rest in _instructions(DOCKERFILE):
        if word == "COPY" and not rest.startswith("--from"):
            copied |= set(rest.split()[:-1])
    assert {"dags", "mappings", "schemas", "gateway", "connectors"} <= copied
    assert copied == allowed
    assert all((ROOT / name).exists() for name in copied)


def test_what_the_image_leaves_out_is_in_the_lock() -> None:
    [removed] = [rest for word, rest in _instructions(DOCKERFILE) if "pip uninstall" in rest]
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert all(f"\n{name}==" in f"\n{lock}" for name in removed.split("--yes")[1].split())
