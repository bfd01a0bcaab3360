"""What a tariff leaves without a price: counted energy that would silently be worth nothing."""

from collections.abc import Iterable, Mapping, Sequence

from cloud_service.domain.tariffs.charge_periods import registers_of
from cloud_service.domain.tariffs.document import Document
from cloud_service.domain.tariffs.tariff import Version
from common.errors import InputError

TOTAL = "total"  # ends the name of a register that counts what the rates beside it count


def priced_registers(versions: Iterable[Version]) -> frozenset[str]:
    """All registers that some version has a rule for."""
    return frozenset(name for version in versions for name in _priced_registers(version.document))


def check_priced(versions: Sequence[Version], registers: Iterable[str]) -> None:
    """Refuse a register that a version has no rule for: it would silently be worth nothing."""
    for version in versions:
        priced = _priced_registers(version.document)
        for name in registers:
            if name != "import" and name not in priced:
                raise InputError(
                    f"the tariff does not say what {name} is worth",
                    path="charges",
                    hint="add an export charge or netting" if name == "export" else "no charge or conversion reads it",
                    code="unpriced_register",
                )


def _priced_registers(document: Document) -> set[str]:
    """The registers that charges count, themselves or converted. Export netted in each step has no price by that."""
    names = {name for charge in document.charges for name in registers_of(charge)}
    converted = {document.quantities[name].register for name in names if name in document.quantities}
    return names | converted | ({"export"} if "net_export" in names else set())


def check_rates(versions: Sequence[Version], rates: Mapping[str, Sequence[str]]) -> None:
    """Refuse a version that prices some of a meter's rates and not the others; `rates` are those of each quantity.

    A register that counts them all together needs no price beside theirs.
    """
    for version in versions:
        priced = _priced_registers(version.document)
        for names in rates.values():
            priced_rates = sorted(priced.intersection(names))
            for name in names if priced_rates else ():
                if name not in priced and not name.endswith(TOTAL):
                    raise InputError(
                        f"the tariff does not say what {name} is worth, but prices {', '.join(priced_rates)}",
                        path="charges",
                        hint="add a charge for it, with a price of 0 if it is free",
                        code="unpriced_register",
                    )
