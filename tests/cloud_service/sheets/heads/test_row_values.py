from datetime import date
from decimal import Decimal

import pytest

from cloud_service.sheets.files.cell_style import CellStyle
from cloud_service.sheets.heads.row_values import row_values


def test_cells_become_values() -> None:
    values, faults = row_values(
        {
            "point": "  Flat \n 1 ", "opening": "1,5 + 20", "register": "day + Bezug", "start": date(2026, 12, 1),
            "digits": Decimal(6), "address": r"Kai 1\n20457 Hamburg", "utility": "Strom", "country": "de", "email": "",
        },
        CellStyle(mark=","),
    )  # fmt: skip

    assert [] == faults
    assert ("Flat 1", (Decimal("1.5"), Decimal(20)), ("day", "import")) == (
        values.point,
        values.opening,
        values.register,
    )
    assert (date(2026, 12, 1), 6, "Kai 1\n20457 Hamburg") == (values.start, values.digits, values.address)
    assert ("electricity", "DE", "") == (values.utility, values.country, values.email)


@pytest.mark.parametrize(
    ("key", "found", "why", "proposal"),
    [
        ("opening", "-1204.5", "below zero", "1204.5"),
        ("opening", "−1.204,5", "below zero", "1.204,5"),
        ("email", "m.schulz@@mail.example", "no e-mail", "m.schulz@mail.example"),
        ("email", "a b@mail.example", "no e-mail", "ab@mail.example"),
        ("email", "nobody", "no e-mail", ""),
        ("start", "soon", "no day", ""),
        ("digits", "1.5", "no whole number", ""),
        ("client", "A\x07", "control character", ""),
    ],
)
def test_a_cell_that_cannot_be_is_a_fault_with_a_proposal(key: str, found: str, why: str, proposal: str) -> None:
    _values, (fault,) = row_values({key: found}, CellStyle())

    assert (key, found, proposal) == (fault.column, fault.found, fault.proposal)
    assert why in fault.why
