import json
import subprocess
import sys
from pathlib import Path

import pytest

from edge_agent.drivers.codecs.checksums import crc16_arc
from tests.edge_agent.drivers.sml_builder import entry, telegram, unsigned
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


def test_an_sml_telegram_is_decoded() -> None:
    frame = telegram(entry(bytes.fromhex("0100010800ff"), unsigned(224624136, 8), 30, -1))

    done = run("sml", frame.hex(), "--json")

    (record,) = json.loads(done.stdout)["records"]
    assert ("22462413.6", "Wh", "1-0:1.8.0*255") == (record["value"], record["unit"], record["obis"])
    assert 1 == run("sml", frame.hex()[:-2] + "00", "--json").returncode


def test_a_p1_telegram_is_decoded_from_a_file_and_refused_if_damaged(tmp_path: Path) -> None:
    body = b"/KFM5KAIFA\r\n\r\n1-0:1.8.1(001581.123*kWh)\r\n!"
    file = tmp_path / "telegram.txt"
    file.write_bytes(body + f"{crc16_arc(body):04X}\r\n".encode())

    good = run("p1", str(file), "--json")
    file.write_bytes(file.read_bytes().replace(b"581", b"582"))
    bad = run("p1", str(file), "--json")

    assert "1581.123" == json.loads(good.stdout)["records"][0]["value"]
    assert (1, True) == (bad.returncode, "CRC" in json.loads(bad.stdout)["error"]["message"])


def test_a_file_that_is_not_there_is_not_taken_for_a_telegram() -> None:
    done = run("p1", "/nowhere/telegram.txt", "--json")

    error = json.loads(done.stdout)["error"]
    assert (3, "not_found") == (done.returncode, error["code"])
    assert "hexadecimal" in error["hint"]


def test_a_modbus_answer_is_decoded_with_the_names_of_a_profile() -> None:
    arguments = ("modbus", "01 04 04 44 9A 50 00 F3 5B", "--profile", "eastron_sdm630", "--address", "72", "--json")
    done = run(*arguments)

    (record,) = json.loads(done.stdout)["records"]
    assert ("energy_import_total", "1234.5", "kWh") == (record["quantity"], record["value"], record["unit"])


@pytest.mark.parametrize(
    ("frame", "code"),
    [("01 83 02 C0 F1", "meter_refused"), ("01 04 04 44 9A 50 01 F3 5B", "bad_frame"), ("00 01 02", "bad_frame")],
)
def test_a_modbus_exception_and_a_damaged_answer_are_refused(frame: str, code: str) -> None:
    done = run("modbus", frame, "--json")

    assert (1, code) == (done.returncode, json.loads(done.stdout)["error"]["code"])
