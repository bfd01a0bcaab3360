"""A tariff: its versions `[from, until)`, each a document that was checked to the last field."""

import hashlib
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from cloud_service.domain.pricing.references import TariffReferences
from cloud_service.domain.tariffs.document import SCHEMA_HINT, Document, as_builtins, tariff_hash
from cloud_service.domain.tariffs.document_check import check_document, check_numbers, refuse_floats
from common.errors import InputError


@dataclass(frozen=True, slots=True)
class Version:
    """A checked document with its hash and days."""

    document: Document
    hash: str  # SHA-256 of the canonical document, in hexadecimal digits
    references: TariffReferences  # what its charges refer to

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
    refuse_floats(document, "")
    if "versions" in document:
        documents = enumerate(split_versions(document))
        return join_versions([_load_version(version, f"versions[{index}]") for index, version in documents])
    try:
        parsed = msgspec.convert(document, Document)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        raise InputError(message, path=path.strip("`.") or "$", hint=SCHEMA_HINT) from error
    check_numbers(document, as_builtins(parsed), "")
    references = TariffReferences(parsed.schedules, parsed.registers, parsed.quantities, parsed.charges)
    check_document(parsed, references)
    return Tariff((Version(parsed, tariff_hash(document), references),))


def split_versions(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A document a version: what stands outside of `versions` holds for each of them."""
    if "versions" not in document:
        return [dict(document)]
    versions = document["versions"]
    if not isinstance(versions, list | tuple) or not all(isinstance(version, Mapping) for version in versions):
        raise InputError("versions are a list of documents", path="versions", hint=SCHEMA_HINT)
    shared = {key: value for key, value in document.items() if key != "versions"}
    return [{**shared, **version} for version in versions]


def _load_version(document: Mapping[str, Any], place: str) -> Tariff:
    try:
        return load_tariff(document)
    except InputError as error:
        where = f"{place}.{error.path}" if error.path not in ("", "$") else place
        raise InputError(error.message, path=where, hint=error.hint, code=error.code) from error


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
