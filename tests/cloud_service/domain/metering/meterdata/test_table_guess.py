import pytest

from cloud_service.domain.metering.meterdata.table_guess import format_of, guess_table


@pytest.mark.parametrize(
    ("start", "name"),
    [
        (b"100,NEM12,202401010000,MDP,RET\n", "nem12"),
        (b"UNA:+.? 'UNB+UNOC:3+1", "mscons"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><feed>", "green_button"),
        (b"meter;time;value\n", "csv"),
        (b"", "csv"),
    ],
)
def test_a_format_is_known_by_how_the_file_begins(start: bytes, name: str) -> None:
    assert name == format_of(start)


def test_a_german_table_is_read_as_it_is_written() -> None:
    guess = guess_table("Zählernummer;Ablesedatum;Zählerstand;Bemerkung\n8ZRI 1;25.11.2026 08:30;318,742;ok\n".encode())

    assert (("meter", "time", "value", ""), ",", "%d.%m.%Y %H:%M") == (guess.columns, guess.decimal, guess.time_format)
    assert (("8ZRI 1", "25.11.2026 08:30", "318,742", "ok"),) == guess.rows


def test_a_swahili_table_is_read_as_it_is_written_with_points_between_thousands() -> None:
    guess = guess_table(b"Mita;Tarehe;Somo\nE-101;01/11/2026;12.890,50\n")

    assert (("meter", "time", "value"), ",", "%d/%m/%Y") == (guess.columns, guess.decimal, guess.time_format)


def test_a_name_is_given_to_one_column_only_and_iso_times_need_no_format() -> None:
    guess = guess_table(b"Meter,Reading,Reading,time\nM1,1.5,2.5,2026-11-25T08:30+03:00\n")

    assert (("meter", "value", "", "time"), ".", "") == (guess.columns, guess.decimal, guess.time_format)


def test_american_days_are_found_where_the_day_tells_them_apart() -> None:
    assert "%m/%d/%Y" == guess_table(b"meter,date,value\nM1,11/25/2026,5\n").time_format
    assert "%d/%m/%Y" == guess_table(b"meter,date,value\nM1,04/05/2026,5\n").time_format


def test_an_empty_file_and_one_of_other_bytes_are_tables_without_columns_we_know() -> None:
    assert () == guess_table(b"").columns
    assert {""} == set(guess_table(bytes(range(128, 256))).columns)


@pytest.mark.parametrize(
    ("time", "local"),
    [("2026-10-01T00:00+02:00", False), ("2026-10-01T00:00Z", False), ("2026-10-01", True), ("01.10.2026", True)],
)
def test_times_with_an_offset_need_no_clock(time: str, local: bool) -> None:
    assert local == guess_table(f"meter,time,value\nm1,{time},5\n".encode()).has_local_times


def test_the_head_is_found_below_other_lines_and_units_behind_names_are_passed_over() -> None:
    guess = guess_table(
        b"Name,JANE DOE\nService,Service 1\n\nMETER,DATE,START TIME,END TIME,USAGE (kWh),NOTES\n"
        b"M1,2026-01-05,00:00,00:59,0.52,\nM1,2026-01-05,01:00,01:59,0.50,\n"
    )

    assert ("meter", "time", "time_of_day", "", "value", "") == guess.columns
    assert ("M1", "2026-01-05", "00:00", "00:59", "0.52", "") == guess.rows[0]


def test_days_of_which_each_could_be_a_month_are_said_to_be_doubtful_until_one_cannot() -> None:
    doubtful = guess_table(b"meter,date,value\nM1,04/05/2026,5\nM1,05/05/2026,6\n")
    plain = guess_table(b"meter,date,value\n" + b"".join(b"M1,%02d/05/2026,5\n" % day for day in range(1, 32)))

    assert ("%d/%m/%Y", "%m/%d/%Y") == (doubtful.time_format, doubtful.other_time_format)
    assert ("%d/%m/%Y", "") == (plain.time_format, plain.other_time_format)


def test_a_column_that_names_the_end_says_what_its_times_are() -> None:
    assert "end" == guess_table(b"MPRN,Read Value,Read Date and End Time\n10,1.5,27-10-2024 03:00\n").interval_time
    assert "start" == guess_table(b"meter,value,start\n10,1.5,2024-10-27\n").interval_time
