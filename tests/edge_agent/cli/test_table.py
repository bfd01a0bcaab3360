from edge_agent.cli.table import table

HEAD = ("#", "quantity", "value", "which")
ROWS = [("0", "Energy", "5272000", ""), ("1", "Time point (date & time)", "12", "storage 1, tariff 2")]


def test_columns_are_as_wide_as_their_entries_and_numbers_stand_right() -> None:
    lines = table(HEAD, ROWS, right=(0, 2), width=200).split("\n")

    assert "0  Energy                    5272000" == lines[1]
    assert "1  Time point (date & time)       12  storage 1, tariff 2" == lines[2]


def test_a_column_without_entries_is_left_out() -> None:
    assert "which" not in table(HEAD, ROWS[:1], width=200)
    assert "which" in table(HEAD, [], width=200)


def test_no_line_is_wider_than_the_screen_and_no_word_is_lost() -> None:
    text = table(HEAD, ROWS, right=(0, 2), width=45)

    assert all(len(line) <= 45 for line in text.split("\n")[1:])
    assert {"Time", "point", "(date", "&", "time)", "storage", "1,", "tariff", "2"} <= set(text.split())


def test_numbers_are_never_broken() -> None:
    assert "5272000" in table(HEAD, ROWS, right=(0, 2), width=10)
