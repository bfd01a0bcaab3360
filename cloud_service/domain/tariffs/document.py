"""Tariff documents: read, checked to the last field, hashed, dated. What cannot be priced is refused with its place.

A tariff has one or more versions `[from, until)`. A version is the document; equal documents have equal hashes.
"""

import hashlib
import itertools
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from cloud_service.domain.calendar.tou_schedule import Schedule
from cloud_service.domain.calendar.tou_schedule_check import check_schedule
from cloud_service.domain.calendar.validity import apart, check_days
from cloud_service.domain.charges import AnyCharge
from cloud_service.domain.money import Rounding, cent, currency_digits, plain
from cloud_service.domain.pricing.charge import Charge
from cloud_service.domain.pricing.conversion import Converted
from cloud_service.domain.pricing.references import RegisterInfo, TariffReferences, check_conversions
from cloud_service.domain.pricing.tax import Tax, check_taxes
from common.errors import InputError

FORMAT = 1
NUMBER = r"-?\d+(\.\d+)?([eE][+-]?\d+)?"  # how decimals are written; the JSON Schema says the same
DIGITS = 40  # before and after the point
SCHEMA_HINT = "see `energy-cloud tariff schema`"


class RoundingRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where and how money is rounded."""

    policy: Annotated[
        Literal["line", "line_tax", "tax"],
        Meta(
            description="line: each line, taxes on the sum per category (EN 16931); line_tax: taxes line by line; "
            "tax: the sum of each tax category, once"
        ),
    ] = "line"
    way: Rounding = "half_up"
    cash: Annotated[
        Decimal | None, Meta(description="Smallest coin: the total is rounded to it, as a line of its own")
    ] = None


class Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One version of a tariff, as people write it."""

    format: Literal[1] = 1
    id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", description="Name of the tariff for machines")]
    name: Annotated[str, Meta(description="Name of the tariff for people")] = ""
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$", description="ISO 4217")]
    start: Annotated[date | None, Meta(description="First day this version is valid")] = msgspec.field(
        name="from", default=None
    )
    until: Annotated[date | None, Meta(description="First day it is no longer valid")] = None
    source: Annotated[str, Meta(description="Where the figures were published")] = ""
    registers: dict[str, RegisterInfo] = {}
    quantities: Annotated[
        dict[str, Converted], Meta(description="Quantities made from registers, for example gas volume to energy")
    ] = {}
    schedules: dict[str, Schedule] = {}
    charges: Annotated[tuple[AnyCharge, ...], Meta(min_length=1)]
    taxes: tuple[Tax, ...] = ()
    rounding: RoundingRule = RoundingRule()


@dataclass(frozen=True, slots=True)
class Version:
    """A checked document with its hash and days."""

    document: Document
    hash: str
    references: TariffReferences

    @property
    def start(self) -> date:
        """First day of validity."""
        return self.document.start or date.min

    @property
    def until(self) -> date:
        """First day after it."""
        return self.document.until or date.max

    @property
    def title(self) -> str:
        """The version in an explanation."""
        days = f"from {self.document.start or 'ever'} until {self.document.until or 'further notice'}"
        return f"tariff {self.document.id} valid {days}, version {self.hash[:12]}"


@dataclass(frozen=True, slots=True)
class Tariff:
    """A tariff: its versions in the order of their days, which do not overlap."""

    versions: tuple[Version, ...]

    @property
    def id(self) -> str:
        """Name for machines."""
        return self.versions[-1].document.id

    @property
    def name(self) -> str:
        """Name for people."""
        return self.versions[-1].document.name or self.id

    @property
    def currency(self) -> str:
        """ISO 4217 code of all amounts."""
        return self.versions[-1].document.currency

    @property
    def hash(self) -> str:
        """Hash of the only version, or of all of them."""
        if len(self.versions) == 1:
            return self.versions[0].hash
        return hashlib.sha256("".join(version.hash for version in self.versions).encode()).hexdigest()


def load_tariff(document: Mapping[str, Any]) -> Tariff:
    """The tariff of a document; anything that cannot be priced is refused with its path. Floats are refused."""
    _no_floats(document, "")
    if "versions" in document:
        parts = enumerate(split_versions(document))
        return join_versions([_load_version(part, f"versions[{index}]") for index, part in parts])
    try:
        parsed = msgspec.convert(document, Document)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        raise InputError(message, path=path.strip("`.") or "$", hint=SCHEMA_HINT) from error
    _check_numbers(document, _builtins(parsed), "")
    references = TariffReferences(parsed.schedules, parsed.registers, parsed.quantities, parsed.charges)
    _check(parsed, references)
    return Tariff((Version(parsed, tariff_hash(document), references),))


def split_versions(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A document a version: what stands outside of `versions` holds for each of them."""
    if "versions" not in document:
        return [dict(document)]
    versions = document["versions"]
    if not isinstance(versions, list | tuple) or not all(isinstance(one, Mapping) for one in versions):
        raise InputError("versions are a list of documents", path="versions", hint=SCHEMA_HINT)
    shared = {key: value for key, value in document.items() if key != "versions"}
    return [{**shared, **version} for version in versions]


def _load_version(document: Mapping[str, Any], place: str) -> Tariff:
    try:
        return load_tariff(document)
    except InputError as error:
        where = f"{place}.{error.path}" if error.path not in ("", "$") else place
        raise InputError(error.message, path=where, hint=error.hint, code=error.code) from error


def _check(document: Document, references: TariffReferences) -> None:
    currency_digits(document.currency)
    check_days(document.start, document.until, "until")
    for name, schedule in document.schedules.items():
        check_schedule(schedule, f"schedules.{name}")
    check_conversions(references)
    for index, charge in enumerate(document.charges):
        path = f"charges[{index}]"
        check_days(charge.start, charge.until, f"{path}.until")
        charge.check(references, path)
        if charge.tax and charge.tax not in {tax.name for tax in document.taxes}:
            raise InputError(f"there is no tax {charge.tax!r}", path=f"{path}.tax")
        _check_references(charge, document.charges[:index], path)
    _check_names(document.charges)
    check_taxes(document.taxes, document.charges, "taxes")
    cash = document.rounding.cash
    if cash is not None and cash <= 0:
        raise InputError("the smallest coin is above 0", path="rounding.cash")
    if cash is not None and cash % cent(document.currency):
        raise InputError(
            f"{plain(cash)} is no whole amount of {document.currency}", path="rounding.cash", hint="0.05, or 1"
        )


def _check_names(charges: Sequence[Charge]) -> None:
    """Two charges that are valid on the same days must not keep their history under one name."""
    for index, charge in enumerate(charges):
        for other in charges[:index]:
            both = charge.remembers() and other.remembers() and charge.name == other.name
            if both and not apart(charge, other):
                raise InputError(
                    f"two charges keep their history as {charge.name!r}",
                    path=f"charges[{index}].id",
                    hint="give each an id of its own",
                )


def _check_references(charge: Charge, before: Sequence[Charge], path: str) -> None:
    names = {name for other in before for name in (other.id, other.kind) if name}
    for name in charge.refers_to():
        if name != "*" and name not in names:
            raise InputError(
                f"there is no charge {name!r} before this one", path=f"{path}.of", hint=", ".join(sorted(names))
            )


def _no_floats(value: Any, path: str) -> None:
    if isinstance(value, float):
        raise InputError(
            f"{value!r} is a float, which is not an exact price", path=path, hint='write it as text: "0.25"'
        )
    if isinstance(value, Decimal) and not value.is_finite():
        raise InputError(f"{value} is not a number", path=path)
    if isinstance(value, Mapping):
        for key, item in value.items():
            _no_floats(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            _no_floats(item, f"{path}[{index}]")


def _check_numbers(written: Any, read: Any, path: str) -> None:
    """Refuse text that only Python takes for a number (NaN, 1_000), and magnitudes no price or quantity has."""
    if isinstance(read, Decimal):
        text = written if isinstance(written, str) else str(read)
        if (
            not re.fullmatch(NUMBER, text, re.ASCII)
            or read.adjusted() > DIGITS
            or -int(read.as_tuple().exponent) > DIGITS
        ):
            raise InputError(f"{text!r} is not a number a price can have", path=path, hint="for example 0.25")
    elif isinstance(read, Mapping) and isinstance(written, Mapping):
        for key in read.keys() & written.keys():
            _check_numbers(written[key], read[key], f"{path}.{key}" if path else str(key))
    elif isinstance(read, list | tuple) and isinstance(written, list | tuple):
        for index, (one, other) in enumerate(zip(written, read, strict=True)):
            _check_numbers(one, other, f"{path}[{index}]")


def join_versions(tariffs: Sequence[Tariff]) -> Tariff:
    """One tariff from several versions; they must not overlap and have one currency."""
    versions = sorted((version for tariff in tariffs for version in tariff.versions), key=lambda version: version.start)
    for before, after in itertools.pairwise(versions):
        if after.start < before.until:
            raise InputError(
                f"two versions are valid on {after.start}", path="from", hint="end the older one with `until`"
            )
        if after.document.currency != before.document.currency:
            raise InputError("the versions have different currencies", path="currency")
    if not versions:
        raise InputError("a tariff has no version", path="versions")
    return Tariff(tuple(versions))


def canonical(document: Mapping[str, Any]) -> bytes:
    """The document as bytes that are equal for equal tariffs: sorted keys, decimals in their shortest plain form."""
    return json.dumps(_plain(document), sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return plain(value)
    return value.isoformat() if isinstance(value, date) else value


def tariff_hash(document: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical document."""
    return hashlib.sha256(canonical(_builtins(msgspec.convert(document, Document)))).hexdigest()


def _builtins(document: Document) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(document, builtin_types=(Decimal, date))
    return found


def read_tariff_file(path: Path | str) -> Tariff:
    """The tariff of a JSON, TOML or YAML file of our format."""
    return load_tariff(read_document(Path(path)))


def read_document(path: Path) -> dict[str, Any]:
    """The mapping in a JSON, TOML or YAML file; numbers with a point become exact decimals."""
    text = read_text(path)
    try:
        found = parse_document(text, path.suffix.lower())
    except InputError as error:
        raise InputError(
            error.message, path=f"{path}: {error.path}" if error.path else str(path), hint=error.hint
        ) from error
    return found


def read_text(path: Path) -> str:
    """The text of a file in UTF-8."""
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the file cannot be read: {error}", path=str(path)) from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; a name that is there twice is refused, for one of its values would not count."""
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(name for index, (name, _) in enumerate(pairs) if name in dict(pairs[:index]))
        raise InputError(f"{twice!r} is there twice", path=twice)
    return found


def parse_document(text: str, suffix: str) -> dict[str, Any]:
    """The mapping in a text; `suffix` is .toml, .yaml, .yml or .json."""
    try:
        if suffix == ".toml":
            found: Any = tomllib.loads(text, parse_float=Decimal)
        elif suffix in (".yaml", ".yml"):
            from cloud_service.domain.tariffs.yaml_text import load_yaml

            found = load_yaml(text)
        else:
            found = json.loads(text, parse_float=Decimal, object_pairs_hook=_once)
    except ValueError as error:
        raise InputError(f"this is not a {suffix or '.json'} document: {error}") from error
    if not isinstance(found, dict):
        raise InputError("a tariff document is a mapping")
    return found
