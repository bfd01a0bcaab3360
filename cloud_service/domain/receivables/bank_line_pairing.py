"""Which lines of a statement were told before. Each earlier line answers for one line: two equal ones stay two."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from cloud_service.domain.receivables.bank_line import BankLine, StatementHead
from cloud_service.domain.receivables.bank_line_likeness import FORM_DAYS_MAX, Likeness, likeness
from cloud_service.domain.receivables.remittance_matching import squeeze

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
        self.lines: list[BankLine] = []
        self._by_amount: dict[tuple[object, ...], list[int]] = defaultdict(list)
        self._by_name: dict[str, list[int]] = defaultdict(list)
        self._by_total: dict[tuple[object, ...], list[int]] = defaultdict(list)
        self._by_content: dict[tuple[object, ...], list[int]] = defaultdict(list)
        self._add(lines)

    def pair(self, statement: Sequence[BankLine]) -> list[Pairing]:
        """What of one statement was told before; the rest of it counts as told from now on."""
        pairings = _Choice(self, statement).pairings()
        self._add([pairing.line for pairing in pairings if pairing.likeness is not Likeness.SAME])
        return pairings

    def _add(self, lines: Sequence[BankLine]) -> None:
        for place, line in enumerate(lines, start=len(self.lines)):
            self._by_amount[line.currency, line.amount, line.booked_on].append(place)
            self._by_content[content_of(line)].append(place)
            if line.batch_total is not None:
                self._by_total[line.currency, line.batch_total, line.booked_on].append(place)
            for name in line.bank_names:
                self._by_name[name].append(place)
        self.lines.extend(lines)

    def of_its_names(self, line: BankLine) -> list[int]:
        """Earlier lines that share a name of the bank's with a line."""
        return [place for name in line.bank_names for place in self._by_name.get(name, ())]

    def of_its_content(self, line: BankLine) -> list[int]:
        """Earlier lines of the same day and amount that say the same by the letter."""
        return self._by_content.get(content_of(line), [])

    def near(self, line: BankLine) -> dict[int, None]:
        """Earlier lines that may be the same by name, or by amount and day."""
        places = dict.fromkeys(self.of_its_names(line))
        for number in range(-FORM_DAYS_MAX.days, FORM_DAYS_MAX.days + 1):
            day = line.booked_on + timedelta(days=number)
            candidates = [*self._by_amount.get((line.currency, line.amount, day), ())]
            candidates += self._by_total.get((line.currency, line.amount, day), ())
            if line.batch_total is not None:
                candidates += self._by_amount.get((line.currency, line.batch_total, day), ())
            places |= dict.fromkeys(place for place in candidates if self._may_tell(line, place))
        return places

    def _may_tell(self, line: BankLine, place: int) -> bool:
        """Whether another format told it, or the same one on that day."""
        earlier = self.lines[place]
        return line.booked_on == earlier.booked_on or line.head.form != earlier.head.form


def content_of(line: BankLine) -> tuple[object, ...]:
    """What a line says of its day, in whatever format."""
    return line.currency, line.amount, line.booked_on, squeeze(line.remittance)


class _Choice:
    """One earlier line at most for each line, the surest pairs first."""

    def __init__(self, earlier: ToldBefore, statement: Sequence[BankLine]) -> None:
        self._told, self._earlier, self._statement = earlier, earlier.lines, statement
        self._taken: set[int] = set()
        self._pairs: dict[int, tuple[int, Likeness]] = {}

    def pairings(self) -> list[Pairing]:
        """The pairing of each line of the statement, in its order."""
        self._take_named()
        self._take_equal()
        self._take_alike()
        overlapping = self._overlapping()
        return [self._pairing(at, line, overlapping) for at, line in enumerate(self._statement)]

    def _take_named(self) -> None:
        for at, line in enumerate(self._statement):
            self._take_first(at, line, self._told.of_its_names(line))

    def _take_equal(self) -> None:
        """Lines that say the same by the letter, the first with the first: however many a day they are."""
        waiting: dict[tuple[object, ...], Iterator[int]] = {}
        for at, line in enumerate(self._statement):
            if at not in self._pairs:
                places = waiting.setdefault(content_of(line), iter(self._told.of_its_content(line)))
                self._take_first(at, line, places)

    def _take_first(self, at: int, line: BankLine, places: Iterable[int]) -> None:
        for place in places:
            if place not in self._taken and likeness(line, self._earlier[place]) is Likeness.SAME:
                self._taken.add(place)
                self._pairs[at] = place, Likeness.SAME
                return

    def _take_alike(self) -> None:
        """The rest, by all that is not certainly another line."""
        alike = {
            at: [
                (place, likeness(line, self._earlier[place]))
                for place in self._told.near(line)
                if place not in self._taken
            ]
            for at, line in enumerate(self._statement)
            if at not in self._pairs
        }
        for sought in (Likeness.SAME, Likeness.DOUBTFUL):
            for at, grades in alike.items():
                for place, grade in grades if at not in self._pairs else ():
                    if grade is sought and place not in self._taken:
                        self._taken.add(place)
                        self._pairs[at] = place, grade
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
