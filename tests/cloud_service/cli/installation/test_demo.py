import json
from pathlib import Path

import pytest

from cloud_service.cli.installation.demo import _gateways, _print_sign_ins
from cloud_service.example.operator import SITES
from cloud_service.local.stack import describe


def test_every_site_has_its_meters_and_its_agent(tmp_path: Path) -> None:
    stack = describe(tmp_path, demo=True, environ={})
    for site in SITES:
        stack.gateway_passwords.keep(site.gateway, "secret")
    services = list(_gateways(stack))

    assert [name for site in SITES for name in (f"meters-{site.gateway}", f"agent-{site.gateway}")] == [
        service.name for service in services
    ]
    assert all((tmp_path / "gateways").rglob("*.toml"))


def test_the_agent_of_a_revoked_gateway_stays_away(tmp_path: Path) -> None:
    stack = describe(tmp_path, demo=True, environ={})
    stack.gateway_passwords.keep(SITES[1].gateway, "secret")

    assert [f"meters-{SITES[1].gateway}", f"agent-{SITES[1].gateway}"] == [each.name for each in _gateways(stack)]


def test_the_demo_prints_where_and_as_whom_to_sign_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stack = describe(tmp_path, demo=True, environ={})
    _print_sign_ins(stack, json_output=False)
    lines = capsys.readouterr().out.splitlines()

    assert f"  Console and portal   {stack.public_url}" in lines
    assert f"  What to try          {tmp_path / 'example' / 'README.md'}" in lines
    assert ["admin", "billing", "support", "client", "client"] == [line.split()[0] for line in lines if "@" in line]


def test_a_program_reads_where_and_as_whom_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stack = describe(tmp_path, demo=True, environ={})
    _print_sign_ins(stack, json_output=True)
    (line,) = capsys.readouterr().out.splitlines()
    printed = json.loads(line)

    assert (stack.public_url, str(tmp_path / "example")) == (printed["ready"], printed["example"])
    assert ["admin", "billing", "support", "client", "client"] == [person["role"] for person in printed["sign_ins"]]
    assert all(person["password"] for person in printed["sign_ins"])
