from datetime import UTC, date, datetime, timedelta

import pytest

from cloud_service.cli.options import amount_of, day_of, entity_of, indexes_of, moment_of, month_of
from common.errors import InputError
from common.period import Span
from tests.books.world import World


def test_a_day_is_read_as_iso_8601() -> None:
    assert date(2026, 10, 31) == day_of("2026-10-31", "--day")


@pytest.mark.parametrize("text", ["31.10.2026", "2026-02-30", "today"])
def test_what_is_no_day_is_refused_by_the_option_s_name(text: str) -> None:
    with pytest.raises(InputError, match="is no day") as refused:
        day_of(text, "--until")

    assert "--until" == refused.value.path


def test_a_month_reaches_to_the_first_of_the_next() -> None:
    assert Span(date(2026, 12, 1), date(2027, 1, 1)) == month_of("2026-12", "--month")


@pytest.mark.parametrize("text", ["2026", "2026-13", "12-2026", "December"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is no month"):
        month_of(text, "--month")


def test_a_moment_keeps_its_offset() -> None:
    moment = moment_of("2026-10-16T10:30+02:00", "--at")

    assert datetime(2026, 10, 16, 8, 30, tzinfo=UTC) == moment
    assert timedelta(hours=2) == moment.utcoffset()


@pytest.mark.parametrize(("text", "fault"), [("2026-10-16T10:30", "needs its offset"), ("half past ten", "is no time")])
def test_a_moment_that_could_be_two_or_none_is_refused(text: str, fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        moment_of(text, "--at")


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
