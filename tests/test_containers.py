"""The container file names what is there and starts what exists; with Docker it is built and looked at."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from cloud_service.cli import cloud
from tests.programs import need_program

ROOT = Path(__file__).parents[1]
CONTAINERFILE = ROOT / "deploy/cloud/Containerfile"
COMPOSE = ROOT / "deploy/cloud/compose.yaml"


def test_everything_that_is_copied_is_there() -> None:
    copied = re.findall(r"^COPY (?!--)(.+) \S+$", CONTAINERFILE.read_text(), re.MULTILINE)
    names = [name for line in copied for name in line.split()]

    assert {"common", "edge_agent", "cloud_service", "pyproject.toml"} <= set(names)
    assert [] == [name for name in names if not (ROOT / name).exists()]


def test_the_container_starts_with_options_that_up_takes() -> None:
    line = re.search(r"^CMD (\[.+\])$", CONTAINERFILE.read_text(), re.MULTILINE)
    assert line
    name, *options = json.loads(line[1])
    command = cloud.get_command(cloud.make_context("energy-cloud", ["up"]), name)
    assert command

    given = command.make_context(name, options).params

    assert (True, True, "0.0.0.0", 8000) == (given["unattended"], given["tls"], given["host"], given["port"])  # noqa: S104 - nothing is bound


def test_compose_publishes_to_this_machine_and_keeps_the_data() -> None:
    service = yaml.safe_load(COMPOSE.read_text())["services"]["cloud"]

    assert CONTAINERFILE == (COMPOSE.parent / service["build"]["context"] / service["build"]["dockerfile"]).resolve()
    assert ["127.0.0.1:8000:8000"] == service["ports"]
    assert ["energy:/var/lib/energy"] == service["volumes"]
    assert service["read_only"]


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_docker_builds_it_and_it_says_its_version() -> None:
    docker = need_program("docker")
    if subprocess.run([docker, "info"], capture_output=True, check=False).returncode:
        pytest.skip("needs a running Docker daemon")
    subprocess.run(
        [docker, "build", "-q", "-f", str(CONTAINERFILE), "-t", "energy-billing-test", str(ROOT)], check=True
    )

    said = subprocess.run(
        [docker, "run", "--rm", "--read-only", "--tmpfs", "/tmp", "energy-billing-test", "--version"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip

    assert "energy-cloud" in said
