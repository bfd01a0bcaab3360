"""An e-invoice says where it was supplied, by which meter, and from which reading to which."""

from datetime import date
from decimal import Decimal

from cloud_service.documents.einvoice.terms import fields
from cloud_service.documents.paper import InvoicePaper, MeterReading, PaperLine, Supply
from tests.cloud_service.documents.papers import with_lines

D = Decimal
READING = MeterReading(
    "77", "1.8.0", "kWh", D("180.5"), D("48211.5"), D("48392"), previous_day=date(2026, 9, 30),
    current_day=date(2026, 10, 31), estimated=True,
)  # fmt: skip
FIRST, SECOND = Supply(1, "DE001", ("77",), (READING,)), Supply(2, "DE002", ("78",), ())


def paper(*supplies: Supply) -> InvoicePaper:
    lines = [PaperLine(f"Line {at}", D(1), "", None, D(1), contract=at) for at in (1, 1, 2)]
    return with_lines(*lines, supplies=supplies)


def test_the_one_supply_point_is_said_of_the_bill_and_its_meter_of_each_line() -> None:
    terms = fields(paper(FIRST))

    assert {"AVE": "DE001"} == terms["BT-18"]
    assert [{"MG": "77"}, {"MG": "77"}, None] == [line.get("BT-128") for line in terms["BG-25"]]


def test_of_several_supply_points_each_line_says_its_own() -> None:
    terms = fields(paper(FIRST, SECOND))

    assert "BT-18" not in terms
    assert [{"AVE": "DE001"}, {"AVE": "DE001"}, {"AVE": "DE002"}] == [line.get("BT-128") for line in terms["BG-25"]]


def test_the_readings_stand_once_with_their_days_and_how_they_came() -> None:
    first, second, third = fields(paper(FIRST, SECOND))["BG-25"]

    assert [
        ("Old reading: 77 1.8.0", "48211.5 kWh, 2026-09-30, read"),
        ("New reading: 77 1.8.0", "48392 kWh, 2026-10-31, estimated"),
        ("Consumption: 77 1.8.0", "180.5 kWh, estimated"),
    ] == [(each["BT-160"], each["BT-161"]) for each in first["BG-32"]]
    assert "BG-32" not in second
    assert "BG-32" not in third
