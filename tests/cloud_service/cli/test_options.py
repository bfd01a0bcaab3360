from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from cloud_service.cli.options import (
    amount_of,
    company_today,
    day_of,
    entity_of,
    indexes_of,
    moment_of,
    month_of,
    pairs_of,
    time_of,
)
from common.errors import InputError
from common.period import Span, local_day
from tests.books.world import World


def test_a_day_is_read_as_iso_8601() -> None:
    assert date(2026, 10, 31) == day_of("2026-10-31", "--day")


@pytest.mark.parametrize("day", ["31.10.2026", "2026-02-30", "today"])
def test_what_is_no_day_is_refused_by_the_option_s_name(day: str) -> None:
    with pytest.raises(InputError, match="is no day") as refused:
        day_of(day, "--until")

    assert "--until" == refused.value.path


def test_a_month_reaches_to_the_first_of_the_next() -> None:
    assert Span(date(2026, 12, 1), date(2027, 1, 1)) == month_of("2026-12", "--month")


def test_today_is_the_day_of_the_company_s_clock_and_not_of_utc(operator: World) -> None:
    now = datetime.now(UTC)
    zone_name = "Pacific/Kiritimati" if now.hour >= 10 else "Pacific/Pago_Pago"  # it has another day than UTC now
    operator.session.execute(text("UPDATE legal_entity SET timezone = :zone"), {"zone": zone_name})
    operator.session.commit()

    today = local_day(now, zone_name)
    assert today != now.date()
    assert [today] * 3 == [day_of(None, "--day"), company_today(), company_today(operator.entity)]


@pytest.mark.parametrize("text", ["2026", "2026-13", "12-2026", "December", "9999-12", "0001-01"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is no month"):
        month_of(text, "--month")


def test_a_moment_keeps_its_offset() -> None:
    moment = moment_of(time_of("2026-10-16T10:30+02:00", "--at"), "Africa/Nairobi", "--at")

    assert datetime(2026, 10, 16, 8, 30, tzinfo=UTC) == moment
    assert timedelta(hours=2) == moment.utcoffset()


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-10-16T10:30", datetime(2026, 10, 16, 8, 30, tzinfo=UTC)),
        ("2026-11-01", datetime(2026, 10, 31, 23, tzinfo=UTC)),
    ],
)
def test_a_time_without_offset_is_by_the_clock_of_the_site(text: str, instant: datetime) -> None:
    assert instant == moment_of(time_of(text, "--at"), "Europe/Berlin", "--at")


@pytest.mark.parametrize("text", ["2026-10-25T02:30", "2026-03-29T02:30"])
def test_an_hour_that_is_there_twice_or_not_at_all_needs_its_offset(text: str) -> None:
    with pytest.raises(InputError, match="twice or not at all"):
        moment_of(time_of(text, "--at"), "Europe/Berlin", "--at")

    assert moment_of(time_of(f"{text}+01:00", "--at"), "Europe/Berlin", "--at")


def test_a_time_of_no_site_needs_its_offset_and_words_are_no_time() -> None:
    with pytest.raises(InputError, match="needs its offset"):
        moment_of(time_of("2026-10-16T10:30", "--at"), "", "--at")
    with pytest.raises(InputError, match="is no time"):
        time_of("half past ten", "--at")
    with pytest.raises(InputError, match="is no time"):
        time_of("0001-01-01T00:00", "--at")


def test_an_amount_keeps_every_digit() -> None:
    assert "0.10" == str(amount_of("0.10", "AMOUNT"))


@pytest.mark.parametrize("text", ["ten", "NaN", "inf", "1,5"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is not a number"):
        amount_of(text, "AMOUNT")


def test_indexes_become_thousandths_of_the_register_s_unit() -> None:
    assert {"import": 12_500, "export": 0} == indexes_of(("import=12.5", "export=0"), "--opening")


def test_an_index_without_a_register_is_refused() -> None:
    with pytest.raises(InputError, match="is not REGISTER=INDEX"):
        indexes_of(("12.5",), "--opening")


def test_the_only_legal_entity_needs_no_name(operator: World) -> None:
    assert operator.entity == entity_of(operator.session, None)


def test_an_unknown_legal_entity_is_refused_with_those_that_are_known(operator: World) -> None:
    with pytest.raises(InputError) as refused:
        entity_of(operator.session, operator.entity + 1)

    assert f"known: {operator.entity} Example Energy" == refused.value.hint


def test_pairs_are_values_by_name_and_what_has_no_sign_is_refused_in_the_option_s_own_form() -> None:
    assert {"a": "b=c", "d": ""} == pairs_of((" a = b=c", "d="), "--set")
    with pytest.raises(InputError, match="'value' is not OURS=THEIRS"):
        pairs_of(("value",), "--map", "OURS=THEIRS")
