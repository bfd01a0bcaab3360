"""A test that lacks its program says which, and how to get it."""

from pathlib import Path

import pytest

from tests import programs
from tests.programs import debian_packages, find_program, need_program


def test_a_missing_program_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "SEARCH_PATH", "/nowhere")

    with pytest.raises(pytest.skip.Exception) as skipped:
        need_program("zbarimg")

    assert "needs the program zbarimg (Debian package zbar-tools: make test-packages)" == skipped.value.msg


def test_a_program_without_a_package_of_ours_is_named_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "SEARCH_PATH", "/nowhere")

    with pytest.raises(pytest.skip.Exception) as skipped:
        need_program("npm")

    assert "needs the program npm" == skipped.value.msg


def test_a_program_is_found_where_only_root_looks_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broker").write_text("#!/bin/sh\n")
    (tmp_path / "broker").chmod(0o755)
    monkeypatch.setattr(programs, "SEARCH_PATH", f"/nowhere:{tmp_path}")

    assert str(tmp_path / "broker") == find_program("broker")


def test_every_package_names_one_program() -> None:
    assert {
        "mosquitto": "mosquitto",
        "pdftoppm": "poppler-utils",
        "ip": "iproute2",
    }.items() <= debian_packages().items()
