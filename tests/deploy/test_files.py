"""The files of docs/deploy name what there is: commands, ports, paths, variables, time limits."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from starlette.routing import Match

from database import DatabaseSettings
from docs.examples.channel_socket import create_app
from prismongo.cli.program import main
from prismongo.containers.lifecycle import LifecycleSettings
from tests.deploy.image import FILES, stages
from tests.project import TOP

COMPOSE = yaml.safe_load((FILES / "compose.yaml").read_text(encoding="utf-8"))
PASSWORDS = yaml.safe_load((FILES / "compose.passwords.yaml").read_text(encoding="utf-8"))
(JOB,) = yaml.safe_load_all((FILES / "kubernetes/push.yaml").read_text(encoding="utf-8"))
DEPLOYMENT, SERVICE = yaml.safe_load_all(
    (FILES / "kubernetes/application.yaml").read_text(encoding="utf-8")
)
UNIT = (FILES / "kraken.service").read_text(encoding="utf-8")
COMMAND: str = stages((FILES / "Dockerfile").read_text(encoding="utf-8"))[-1].last("CMD")
(POD,) = DEPLOYMENT["spec"]["template"]["spec"]["containers"]
(PUSHING,) = JOB["spec"]["template"]["spec"]["containers"]
KNOWN = set(re.findall(r"\$\{(\w+):", (TOP / "config.yml").read_text(encoding="utf-8")))


def test_every_variable_is_one_that_the_application_reads() -> None:
    services = [COMPOSE["services"], PASSWORDS["services"]]
    given = {
        name
        for each in services
        for service in ("push", "application")
        for name in each[service]["environment"]
    }
    given |= {each["name"] for each in (*POD["env"], *PUSHING["env"])}
    given |= set(re.findall(r"\b((?:DATABASE|SCHEMA)_\w+)=", UNIT))
    assert given
    assert given <= KNOWN


def test_the_values_are_valid() -> None:
    variables = {**COMPOSE["services"]["application"]["environment"]}
    variables |= {each["name"]: each["value"] for each in POD["env"] if "value" in each}
    keys = {name.removeprefix("DATABASE_").lower(): value for name, value in variables.items()}
    assert DatabaseSettings.load(keys).max_pool_size == 20


def test_ports_and_paths_are_those_of_the_application() -> None:
    probes = {name: POD[name]["httpGet"] for name in POD if name.endswith("Probe")}
    for probe in probes.values():
        asked = {"type": "http", "method": "GET", "path": probe["path"], "headers": []}
        assert any(route.matches(asked)[0] is Match.FULL for route in create_app().routes)
    assert probes["readinessProbe"]["path"] == "/health"
    assert probes["livenessProbe"]["path"] == probes["startupProbe"]["path"] == "/alive"
    (port,) = POD["ports"]
    assert {probe["port"] for probe in probes.values()} == {port["name"]}
    assert SERVICE["spec"]["ports"][0]["targetPort"] == port["name"]
    assert f'"--port", "{port["containerPort"]}"' in COMMAND
    assert COMPOSE["services"]["application"]["ports"] == ["127.0.0.1:8000:8000"]
    assert SERVICE["spec"]["selector"] == DEPLOYMENT["spec"]["template"]["metadata"]["labels"]


def test_the_time_limits_go_together() -> None:
    limits, health = LifecycleSettings(), DatabaseSettings().health_timeout.total_seconds()
    started = POD["startupProbe"]["periodSeconds"] * POD["startupProbe"]["failureThreshold"]
    assert started > limits.start_timeout
    assert POD["readinessProbe"]["timeoutSeconds"] > health
    graceful = int(re.findall(r"graceful-shutdown\D+(\d+)", COMMAND)[0])
    waits = int(POD["lifecycle"]["preStop"]["exec"]["command"][-1])
    ends = graceful + limits.stop_timeout
    assert DEPLOYMENT["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] > waits + ends
    assert int(COMPOSE["services"]["application"]["stop_grace_period"].rstrip("s")) > ends
    assert int(re.findall(r"TimeoutStopSec=(\d+)", UNIT)[0]) > ends


def test_the_commands_are_commands(capsys: pytest.CaptureFixture[str]) -> None:
    for command in (COMPOSE["services"]["push"]["command"], PUSHING["command"]):
        assert command[0] == "prismongo"
        with pytest.raises(SystemExit, match=r"^0$"):
            main([*command[1:], "--help"])
        assert "--wait" in capsys.readouterr().out


def test_all_start_the_same_application() -> None:
    assert "docs.examples.channel_socket:create_app" in COMMAND
    assert "docs.examples.channel_socket:create_app" in UNIT


def test_files_that_are_mounted_and_built_are_there() -> None:
    script = COMPOSE["services"]["mongo"]["volumes"][1].split(":")[0]
    assert (FILES / script).is_file()
    for name in ("push", "application"):
        built = COMPOSE["services"][name]["build"]
        assert (FILES / built["context"]).resolve() == TOP
        assert (TOP / built["dockerfile"]).is_file()
    assert set(PASSWORDS["services"]) == set(COMPOSE["services"])


def here(program: str) -> pytest.MarkDecorator:
    """Skip a test where a program is not installed."""
    return pytest.mark.skipif(not shutil.which(program), reason=f"there is no {program} here")


def told(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a program says of the files."""
    return subprocess.run(
        arguments,
        capture_output=True,
        text=True,
        check=False,
        cwd=FILES,
        env={**os.environ, **environment},
    )


@here("systemd-analyze")
def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "kraken.service"
    unit.write_text(UNIT.replace("/opt/kraken", str(TOP)), encoding="utf-8")
    done = told("systemd-analyze", "verify", str(unit))
    assert "kraken.service" not in done.stderr, done.stderr
    assert done.returncode == 0, done.stderr


@here("systemd-analyze")
def test_the_unit_may_do_little() -> None:
    """The exposure that systemd tells is below 2 of 10."""
    unit = str(FILES / "kraken.service")
    done = told("systemd-analyze", "security", "--offline=true", "--threshold=20", unit)
    assert done.returncode == 0, done.stdout + done.stderr


@here("kubernetes-validate")
@pytest.mark.parametrize("name", ["push", "application"])
def test_kubernetes_knows_the_fields(name: str) -> None:
    done = told("kubernetes-validate", "--strict", f"kubernetes/{name}.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


@here("docker-compose")
def test_compose_reads_its_files() -> None:
    """Without a container engine."""
    both = ("-f", "compose.yaml", "-f", "compose.passwords.yaml")
    secrets = {"MONGO_KEY": "ab", "MONGO_ROOT_PASSWORD": "cd", "MONGO_PASSWORD": "ef"}
    assert told("docker-compose", *both[:2], "config", "--quiet").stderr == ""
    assert told("docker-compose", *both, "config", "--quiet", **secrets).stderr == ""
    assert "required variable MONGO_KEY" in told("docker-compose", *both, "config").stderr
