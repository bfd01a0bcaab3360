from datetime import date

import pytest

from cloud_service.domain.invoicing.unbilled_days import days_in_words, not_billed_yet
from common.period import Span


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (date(2026, 10, 1), date(2026, 11, 1), "October 2026"),
        (date(2026, 8, 1), date(2026, 11, 1), "August 2026 to October 2026"),
        (date(2026, 12, 1), date(2027, 2, 1), "December 2026 to January 2027"),
        (date(2026, 10, 5), date(2026, 11, 1), "2026-10-05 to 2026-10-31"),
        (date(2026, 10, 5), date(2026, 10, 6), "2026-10-05"),
    ],
)
def test_days_are_called_by_their_months_where_these_are_whole(start: date, end: date, words: str) -> None:
    assert words == days_in_words(Span(start, end))


def test_the_missing_month_is_named_with_what_to_do() -> None:
    refused = not_billed_yet(Span(date(2026, 10, 1), date(2026, 11, 1)))

    assert ("October 2026 is not billed yet", "earlier_unbilled") == (refused.message, refused.code)
    assert "bill these days first" in refused.hint
