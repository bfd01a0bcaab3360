from datetime import date

from cloud_service.domain.receivables.dunning import dunning_rules, read_rules
from cloud_service.domain.receivables.dunning_history import RulesFrom, RulesHistory

MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)
FIRST, SECOND, SECOND_AGAIN = (
    RulesFrom(number, day, read_rules({"steps": [{"name": str(number), "days": number}]}))
    for number, day in ((1, MAY), (2, JUNE), (3, JUNE))
)
HISTORY = RulesHistory((FIRST, SECOND, SECOND_AGAIN))


def test_a_company_s_own_rules_count_from_their_day_on_the_last_word_on_a_day_counts() -> None:
    assert dunning_rules("DE") == HISTORY.on(date(2026, 4, 30), "DE").rules
    assert (FIRST, SECOND_AGAIN) == (HISTORY.on(MAY, "DE"), HISTORY.on(JULY, "DE"))


def test_a_case_keeps_the_rules_of_its_first_step() -> None:
    assert FIRST == HISTORY.of_case(1, 1, JULY, "DE")
    assert SECOND == HISTORY.of_case(2, 2, JULY, "DE")
    assert dunning_rules("DE") == HISTORY.of_case(1, None, JULY, "DE").rules
    assert SECOND_AGAIN == HISTORY.of_case(0, None, JULY, "DE")


def test_the_timeline_of_a_case_ends_with_its_rules() -> None:
    assert [None, 1, 3] == [each.id for each in HISTORY.timeline(0, None, JULY, "DE")]
    assert [None, 1, 2] == [each.id for each in HISTORY.timeline(1, 2, JULY, "DE")]
    assert [None, 1] == [each.id for each in HISTORY.timeline(1, 1, JULY, "DE")]
    assert [None] == [each.id for each in HISTORY.timeline(1, None, JULY, "DE")]
