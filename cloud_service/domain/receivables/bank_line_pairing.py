"""Which lines of a statement were told before. Each earlier line answers for one line: two equal ones stay two."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from cloud_service.domain.receivables.bank_line import BankLine, StatementHead
from cloud_service.domain.receivables.bank_line_likeness import FORM_DAYS_MAX, Likeness, likeness

OVERLAP = 2  # so many different bookings in common make it sure that two statements tell of the same ones


@dataclass(frozen=True, slots=True)
class Pairing:
    """A line with the earlier line that it repeats, or (DOUBTFUL) may repeat; none where it is OTHER than all.

    `place` is the earlier line's among all that were told, those of stored payments first.
    """

    line: BankLine
    likeness: Likeness
    earlier: BankLine | None = None
    place: int = -1


class ToldBefore:
    """Lines that were told before: of stored payments, then of each statement of the file, one after the other."""

    def __init__(self, lines: Sequence[BankLine] = ()) -> None:
        self._lines: list[BankLine] = []
        self._by_amount: dict[tuple[object, ...], list[int]] = defaultdict(list)
        self._by_name: dict[str, list[int]] = defaultdict(list)
        self._by_total: dict[tuple[object, ...], list[int]] = defaultdict(list)
        self._add(lines)

    def pair(self, statement: Sequence[BankLine]) -> list[Pairing]:
        """What of one statement was told before; the rest of it counts as told from now on."""
        choice = _Choice(self._lines, [list(self._alike(line)) for line in statement], statement)
        pairings = choice.pairings()
        self._add([pairing.line for pairing in pairings if pairing.likeness is not Likeness.SAME])
        return pairings

    def _add(self, lines: Sequence[BankLine]) -> None:
        for place, line in enumerate(lines, start=len(self._lines)):
            self._by_amount[line.currency, line.amount, line.booked_on].append(place)
            if line.batch_total is not None:
                self._by_total[line.currency, line.batch_total, line.booked_on].append(place)
            for name in line.bank_names:
                self._by_name[name].append(place)
        self._lines.extend(lines)

    def _alike(self, line: BankLine) -> Iterator[tuple[int, Likeness]]:
        """Earlier lines that are not certainly others."""
        places = dict.fromkeys(place for name in line.bank_names for place in self._by_name.get(name, ()))
        for number in range(-FORM_DAYS_MAX.days, FORM_DAYS_MAX.days + 1):
            day = line.booked_on + timedelta(days=number)
            places |= dict.fromkeys(self._by_amount.get((line.currency, line.amount, day), ()))
            places |= dict.fromkeys(self._by_total.get((line.currency, line.amount, day), ()))
            if line.batch_total is not None:
                places |= dict.fromkeys(self._by_amount.get((line.currency, line.batch_total, day), ()))
        for place in places:
            if (grade := likeness(line, self._lines[place])) is not Likeness.OTHER:
                yield place, grade


class _Choice:
    """One earlier line at most for each line, the surest pairs first."""

    def __init__(
        self, earlier: Sequence[BankLine], alike: list[list[tuple[int, Likeness]]], statement: Sequence[BankLine]
    ) -> None:
        self._earlier, self._alike, self._statement = earlier, alike, statement
        self._taken: set[int] = set()
        self._pairs: dict[int, tuple[int, Likeness]] = {}

    def pairings(self) -> list[Pairing]:
        """The pairing of each line of the statement, in its order."""
        self._take(Likeness.SAME, by_name=True)
        self._take(Likeness.SAME)
        self._take(Likeness.DOUBTFUL)
        overlapping = self._overlapping()
        return [self._pairing(at, line, overlapping) for at, line in enumerate(self._statement)]

    def _take(self, grade: Likeness, *, by_name: bool = False) -> None:
        for at, alike in enumerate(self._alike):
            for place, likeness_of_pair in () if at in self._pairs else alike:
                names = set(self._statement[at].bank_names) & set(self._earlier[place].bank_names)
                if place not in self._taken and likeness_of_pair is grade and (names or not by_name):
                    self._taken.add(place)
                    self._pairs[at] = place, likeness_of_pair
                    break

    def _overlapping(self) -> set[tuple[StatementHead, StatementHead]]:
        """Statements that have several different bookings in common: those are the same ones."""
        common: dict[tuple[StatementHead, StatementHead], set[tuple[object, ...]]] = defaultdict(set)
        for at, (place, _grade) in self._pairs.items():
            line, earlier = self._statement[at], self._earlier[place]
            if line.amount == earlier.amount and not set(line.bank_names) & set(earlier.bank_names):
                common[line.head, earlier.head].add((line.amount, line.remittance, line.end_to_end_id))
        return {heads for heads, contents in common.items() if len(contents) >= OVERLAP}

    def _pairing(self, at: int, line: BankLine, overlapping: set[tuple[StatementHead, StatementHead]]) -> Pairing:
        place, grade = self._pairs.get(at, (-1, Likeness.OTHER))
        if grade is Likeness.OTHER:
            return Pairing(line, grade)
        earlier = self._earlier[place]
        plain = line.amount == earlier.amount and not set(line.bank_names) & set(earlier.bank_names)
        same = grade is Likeness.SAME or (plain and (line.head, earlier.head) in overlapping)
        return Pairing(line, Likeness.SAME if same else Likeness.DOUBTFUL, earlier, place)
