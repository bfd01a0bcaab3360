"""Days that nothing bills, in words, and the refusals that they cause."""

from dataclasses import dataclass
from datetime import date, timedelta

from cloud_service.domain.pricing.history_fingerprint import builds_on, fingerprint
from cloud_service.domain.pricing.usage import History
from cloud_service.domain.rating.rated_contract import RatedContract
from common.errors import ConflictError
from common.period import Span, add_months

EARLIER_UNBILLED = "earlier_unbilled"
HISTORY_CHANGED = "history_changed"  # of the bill before, between rating and issue
TERMS_CHANGED = "terms_changed"  # of the contract, its tariff or its meters, between rating and issue
LATER_BILLS = "later_bills"


def days_in_words(span: Span) -> str:
    """October 2026; August 2026 to October 2026; or first and last day."""
    last = span.end - timedelta(days=1)
    if span.start.day == 1 and span.end.day == 1:
        first_month, last_month = f"{span.start:%B %Y}", f"{last:%B %Y}"
        return first_month if add_months(span.start, 1) == span.end else f"{first_month} to {last_month}"
    return str(span.start) if last == span.start else f"{span.start} to {last}"


def not_billed_yet(gap: Span) -> ConflictError:
    """Why days have to wait: a bill builds on the bill of the days just before."""
    return ConflictError(
        f"{days_in_words(gap)} is not billed yet", code=EARLIER_UNBILLED,
        hint="bill these days first, then rate this again; or leave them unbilled for good (Unbilled days,"
        " `energy-cloud bill unbilled`)",
    )  # fmt: skip


def later_bill(number: str, span: Span, start: date) -> ConflictError:
    """A later bill was made with another kept credit, peaks or sums of the year than these days leave over."""
    return ConflictError(
        f"{number} rests on what the bill of {days_in_words(span)} leaves over (kept credit, peaks, sums of the year),"
        f" and was made with something else",
        code=LATER_BILLS,
        hint=f"credit the bills from {start} on first, then bill all in order: `energy-cloud correct credit NUMBER"
        " --rebill --following` does it for a bill and all that rest on it",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class FollowingBill:
    """The bill of the days after: its number, its first day, the fingerprint of the history that it was given."""

    number: str
    start: date
    given: str


def out_of_order(
    rated: RatedContract, gap: Span | None, before: History, following: FollowingBill | None
) -> ConflictError | None:
    """Why a rated contract does not fit between the bill before and the one after; None where it does.

    `gap` are days before it that nothing bills, `before` is what the bill before leaves over.
    """
    if gap is not None and builds_on(before, rated.history):
        return not_billed_yet(gap)
    if rated.given != fingerprint(before):
        return ConflictError("the bill before changed after the rating: rate it again", code=HISTORY_CHANGED)
    if following is not None and following.given != fingerprint(rated.history):
        return later_bill(following.number, rated.span, following.start)
    return None
