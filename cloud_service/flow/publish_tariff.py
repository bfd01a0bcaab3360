"""A tariff document becomes versions that bills are made by: checked, dated, kept; what is billed is not touched."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from cloud_service.domain.pricing.priced_lines import PricedLine, TaxLine
from cloud_service.domain.pricing.usage import Intervals
from cloud_service.domain.rating.calculator import calculate
from cloud_service.domain.tariffs.document import canonical
from cloud_service.domain.tariffs.document_file import parse_document
from cloud_service.domain.tariffs.faults import faults
from cloud_service.domain.tariffs.tariff import Tariff, load_tariff, split_versions
from cloud_service.domain.tariffs.urdb import import_urdb, is_urdb
from cloud_service.store.audit import log
from cloud_service.store.database.session import Session
from cloud_service.store.tariffs import published
from common.errors import ConflictError, InputError
from common.period import Span, add_months, intervals_in_day

SAMPLE_KWH = 300
SAMPLE_USES: Mapping[str, Decimal] = {"import": Decimal(SAMPLE_KWH)}
STEP_S = 900
SUFFIXES = (".json", ".toml", ".yaml")


@dataclass(frozen=True, slots=True)
class TariffDraft:
    """A document that can be priced, and what an import had to note of it."""

    tariff: Tariff
    document: dict[str, Any]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PriceSample:
    """What an even use of some units in a month would cost, taxes included; without an amount `why` says why not."""

    span: Span
    amount: Decimal | None
    why: tuple[str, ...]
    lines: tuple[PricedLine, ...] = ()
    taxes: tuple[TaxLine, ...] = ()


@dataclass(frozen=True, slots=True)
class PublicationOutcome:
    """What became of a document: the tariff and how many of its versions are new."""

    tariff_id: int
    code: str
    name: str
    new: int


def draft(text: str, filename: str = "") -> TariffDraft:
    """Read a document of ours or of the URDB; the first fault is raised, `all_faults` has all of them."""
    document = _parsed(text, filename)
    if is_urdb(document):
        imported = import_urdb(document, dated=True)
        return TariffDraft(load_tariff(imported.document), dict(imported.document), imported.notes)
    return TariffDraft(load_tariff(document), document)


def all_faults(text: str, filename: str = "") -> list[InputError]:
    """Everything that keeps a text from being a tariff, each with its place."""
    try:
        document = _parsed(text, filename)
        if is_urdb(document):
            import_urdb(document, dated=True)
            return []
    except InputError as error:
        return [error]
    return faults(document)


def _parsed(text: str, filename: str) -> dict[str, Any]:
    """By the file's ending; a text that was pasted is what it can be read as."""
    ending = next(
        (suffix for suffix in SUFFIXES if filename.lower().endswith((suffix, suffix.replace("yaml", "yml")))), ""
    )
    if not ending:
        ending = ".json" if text.lstrip().startswith("{") else ".toml"
    return parse_document(text, ending)


def sample(tariff: Tariff, day: date, timezone: str, uses: Mapping[str, Decimal] = SAMPLE_USES) -> PriceSample:
    """The price of an ordinary month, to see whether the figures are meant so: the last one, or the first it is for.

    `uses` are those of each register, in whole thousandths of its unit.
    """
    start = add_months(day.replace(day=1), -1)
    first = tariff.versions[-1].start
    if first > start:
        start = first if first.day == 1 else add_months(first.replace(day=1), 1)
    span = Span(start, add_months(start, 1))
    steps = sum(intervals_in_day(month_day, timezone, STEP_S) for month_day in span)
    registers = {name: Intervals(_even(int(used * 1000), steps), STEP_S) for name, used in uses.items()}
    try:
        (bill,) = calculate(tariff, registers, span, timezone, whole=True)
    except InputError as error:
        return PriceSample(span, None, (str(error),))
    return PriceSample(span, bill.total, tuple(line.why for line in bill.lines), bill.lines, bill.taxes)


def _even(thousandths: int, steps: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    even = np.full(steps, thousandths // steps, dtype=np.int64)
    even[: thousandths - int(even.sum())] += 1
    return even


def publish(
    session: Session, entity_id: int, draft: TariffDraft, *, author: str, start: date | None = None, reason: str = ""
) -> PublicationOutcome:
    """Keep the versions of a document under its id; what is there already is left alone, so twice is once.

    A version ends the one it follows. Days that are billed keep their prices: a version that begins on such a day is
    refused. `start` dates a version without a first day of its own.
    """
    head = draft.tariff.versions[-1].document
    stored = published.find(session, entity_id, head.id)
    if stored is not None and stored[1] != head.currency:
        raise ConflictError(f"{head.id} is in {stored[1]}, not in {head.currency}", path="document")
    tariff_id = stored[0] if stored else published.add(session, entity_id, head.id, draft.tariff.name, head.currency)
    published.rename(session, tariff_id, draft.tariff.name)
    new = sum(_store_version(session, tariff_id, version, start) for version in split_versions(draft.document))
    log.note(
        session, author, "tariff.publish", f"tariff:{tariff_id}", reason=reason, code=head.id, new_versions=new,
        hash=draft.tariff.hash,
    )  # fmt: skip
    return PublicationOutcome(tariff_id, head.id, draft.tariff.name, new)


def _store_version(session: Session, tariff_id: int, document: Mapping[str, Any], start: date | None) -> bool:
    """Store one version unless it is there; whether it is new."""
    version = load_tariff(document).versions[0]
    first, until = version.document.start or start, version.document.until
    if first is None:
        raise InputError("the document does not say from when on it is valid", path="start", hint="name the first day")
    stored = published.versions(session, tariff_id)
    if any((stored_version.start, stored_version.hash) == (first, version.hash) for stored_version in stored):
        return False
    billed = published.billed_until(session, tariff_id)
    if billed is not None and first < billed:
        last = billed - timedelta(days=1)
        raise ConflictError(f"days up to {last} are billed by this tariff", path="start", hint="begin after that day")
    for stored_version in stored:
        if stored_version.start == first:
            published.drop_version(session, stored_version.id)
        elif (stored_version.start is None or stored_version.start < first) and (
            stored_version.until is None or stored_version.until > first
        ):
            published.end_version(session, stored_version.id, first)
    published.add_version(session, tariff_id, (first, until), json.loads(canonical(document)), version.hash)
    return True
