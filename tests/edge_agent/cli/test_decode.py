import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shared import need_shared

FILLER = (
    "68 1F 1F 68 08 00 72 31 77 67 17 2D 2C 01 02 00 00 00 00 2F 2F 04 83 3B 88 13 00 00 2F 2F 2F 2F 2F 2F 2F 00 16"
)
PYTHON = sys.executable


def run(*arguments: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [PYTHON, "-m", "edge_agent", "decode", *arguments]
    return subprocess.run(command, input=given, capture_output=True, text=True, check=False, timeout=30)


@pytest.mark.parametrize("spelling", [FILLER, FILLER.replace(" ", ""), FILLER.lower(), "0x" + FILLER.replace(" ", "")])
def test_hexadecimal_is_taken_however_it_is_written(spelling: str) -> None:
    done = run("mbus", spelling, "--json")

    record = json.loads(done.stdout)["records"][0]
    assert (0, "5000", "Wh", "Energy") == (done.returncode, record["value"], record["unit"], record["quantity"])


def test_a_frame_may_stand_in_many_arguments_a_file_or_standard_input(tmp_path: Path) -> None:
    file = tmp_path / "frame.hex"
    file.write_text(FILLER)

    outputs = {
        run("mbus", *FILLER.split(), "--json").stdout,
        run("mbus", f"@{file}", "--json").stdout,
        run("mbus", str(file), "--json").stdout,
        run("mbus", "-", "--json", given=FILLER).stdout,
    }

    assert 1 == len(outputs)
    assert "17677731" == json.loads(outputs.pop())["header"]["id"]


def test_a_refused_frame_ends_with_code_1_and_one_json_error() -> None:
    frame = need_shared("real", "mbus", "error_frames", "application_busy.hex").read_text()

    done = run("mbus", frame, "--json")

    error = json.loads(done.stdout)["error"]
    assert (1, "application_error") == (done.returncode, error["code"])
    assert "busy" in error["message"]
    assert error["hint"]


@pytest.mark.parametrize("given", ["xyz", "", "6", "68 1F 1F 68"])
def test_what_is_no_frame_is_an_error_with_a_hint(given: str) -> None:
    done = run("mbus", given, "--json")

    error = json.loads(done.stdout)["error"]
    assert 1 == done.returncode
    assert {"code", "message", "hint"} <= error.keys()


def test_people_get_a_table() -> None:
    done = run("mbus", FILLER)

    assert "manufacturer: KAM" in done.stdout
    assert "5000  Wh" in done.stdout
