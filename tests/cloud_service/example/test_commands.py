from datetime import date
from pathlib import Path

import pytest

from cloud_service.cli import cloud
from cloud_service.example.commands import (
    Command,
    commands_in,
    month_commands,
    month_of_statement,
    operator_commands,
    reading_commands,
    script,
)
from cloud_service.example.people import PersonToAdd

START, TODAY = date(2025, 10, 1), date(2026, 11, 27)
GRACE = PersonToAdd("client", "Grace Otieno", "grace@example.com", "C-1001", Path("/secrets/grace@example.com"))
COMMANDS = [*operator_commands([GRACE]), *reading_commands(), *month_commands(START, TODAY)]


def months_billed(start: date, today: date) -> list[str]:
    return [command[3] for command in month_commands(start, today) if command[:2] == ("bill", "run")]


def test_all_whole_months_are_billed_but_the_last() -> None:
    months = months_billed(START, TODAY)

    assert (12, "2025-10", "2026-09") == (len(months), months[0], months[-1])
    assert months == months_billed(START, date(2026, 11, 1))


def test_only_the_newest_bills_are_mailed() -> None:
    mailed = [command for command in COMMANDS if command[:2] == ("bill", "run") and "--no-mail" not in command]

    assert [("bill", "run", "--month", "2026-09", "--bill-date", "2026-10-01")] == mailed


def test_the_prepaid_client_tops_up_in_every_month_that_is_over() -> None:
    days = [command[-1] for command in COMMANDS if command[:2] == ("account", "pay")]

    assert (13, "2025-10-01", "2026-10-01") == (len(days), days[0], days[-1])


def test_the_bank_s_file_of_a_month_follows_the_bills_that_it_pays() -> None:
    months = [(command, month_of_statement(command)) for command in COMMANDS]
    booked = [month for _command, month in months if month is not None]

    assert (12, date(2025, 11, 1), date(2026, 10, 1)) == (len(booked), booked[0], booked[-1])
    for before, (_command, month) in zip(COMMANDS, months[1:], strict=False):
        assert month is None or before[:2] == ("bill", "run")


def test_the_script_lists_the_very_commands() -> None:
    text = script(COMMANDS)

    assert COMMANDS == commands_in(text)
    assert text.startswith("#!/bin/sh\n")
    assert "--street 'Ngong Road 41'" in text


@pytest.mark.parametrize("command", sorted({command[:2] for command in COMMANDS}))
def test_each_is_a_command_that_users_have(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    words = command[:1] if command[0] == "import" else command[:2]
    cloud.main([*words, "--help"], prog_name="energy-cloud", standalone_mode=False)

    assert capsys.readouterr().out.startswith(f"Usage: energy-cloud {' '.join(words)} ")


def test_a_portal_is_of_the_client_s_number_and_its_password_is_in_no_command() -> None:
    (added,) = [command for command in COMMANDS if command[:2] == ("user", "add")]

    assert ("--client", "C-1001", "--password-file", "/secrets/grace@example.com") == added[-4:]
