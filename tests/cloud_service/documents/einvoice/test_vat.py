"""Each line's VAT as the norm has it: nothing untaxed beside taxed, no standard rate of nothing, levies as charges."""

from dataclasses import replace
from decimal import Decimal

import pytest

from cloud_service.documents.einvoice.terms import fields
from cloud_service.documents.paper import InvoicePaper, PaperLine, PaperTax
from common.errors import InputError
from tests.cloud_service.documents.papers import taxed_paper

D = Decimal
ENERGY = PaperLine("Energy", D(100), "kWh", D("1.00"), D("100.00"), tax_category="S", tax_percent=D(20))
FEE = PaperLine("Fee", D(1), "", D("5.00"), D("5.00"))
EXEMPT = replace(FEE, label="Insurance", tax_category="E")


def paper(*lines: PaperLine, taxes: tuple[PaperTax, ...] = ()) -> InvoicePaper:
    net, tax = sum((line.amount for line in lines), D(0)), sum((each.amount for each in taxes), D(0))
    return taxed_paper(lines=lines, taxes=taxes, net=net, tax=tax, total=net + tax)


VAT = PaperTax("VAT", D(20), D("100.00"), D("20.00"))


def rows(invoice: InvoicePaper) -> list[tuple[str, str, str, str]]:
    return [(row["BT-118"], row["BT-116"], row["BT-117"], row.get("BT-120", "")) for row in fields(invoice)["BG-23"]]


def test_what_is_untaxed_beside_what_is_taxed_is_exempt_with_the_reason() -> None:
    assert [("S", "100.00", "20.00", ""), ("E", "5.00", "0.00", "Not subject to VAT")] == rows(
        paper(ENERGY, FEE, taxes=(VAT,))
    )
    assert ("E", "10.00", "0.00", "Exempt from VAT; Not subject to VAT") in rows(
        paper(ENERGY, EXEMPT, FEE, taxes=(VAT, PaperTax("E", D(0), D("5.00"), D(0), "E")))
    )


def test_what_is_untaxed_alone_stays_so() -> None:
    assert [("O", "10.00", "0.00", "Not subject to VAT")] == rows(paper(FEE, FEE))


def test_a_standard_rate_of_nothing_is_the_zero_rate() -> None:
    assert [("Z", "100.00", "0.00", "")] == rows(
        paper(replace(ENERGY, tax_percent=D(0)), taxes=(PaperTax("VAT", D(0), D(100), D(0)),))
    )


def test_the_coin_is_no_line_but_the_rounding_of_the_total() -> None:
    coin = PaperLine("Rounding", D(1), "", D("-0.02"), D("-0.02"), is_rounding=True)
    terms = fields(paper(ENERGY, coin, taxes=(VAT,)))

    assert (["Energy"], "-0.02") == ([line["BT-153"] for line in terms["BG-25"]], terms["BT-114"])
    assert ("100.00", "120.00", "119.98") == tuple(terms[f"BT-{at}"] for at in (109, 112, 115))


def test_a_tax_on_which_vat_is_due_is_a_charge_on_the_bill() -> None:
    power = PaperTax("Electricity tax", D(10), D("100.00"), D("10.00"))
    terms = fields(paper(ENERGY, taxes=(power, replace(VAT, base=D("110.00"), amount=D("22.00")))))

    assert [("Electricity tax", "10.00", "S", "20")] == [tuple(
        each[name] for name in ("reason", "amount", "vat_category_code", "vat_rate")
    ) for each in terms["BG-21"]]  # fmt: skip
    assert ("100.00", "10.00", "110.00", "22.00", "132.00") == tuple(
        terms[f"BT-{at}"] for at in (106, 108, 109, 110, 112)
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (replace(ENERGY, tax_category="E"), "no VAT category E of 20 %"),
        (replace(ENERGY, tax_category="X"), "no VAT category X"),
        (replace(ENERGY, tax_percent=D(7)), "lines of S 7 % have no tax"),
    ],
)
def test_a_category_that_the_norm_does_not_have_is_refused(line: PaperLine, said: str) -> None:
    with pytest.raises(InputError, match=said):
        fields(paper(line))


def test_two_taxes_beside_each_other_are_refused_by_their_names() -> None:
    other = PaperTax("QST", D(10), D("100.00"), D("10.00"))

    with pytest.raises(InputError, match="QST: a line with more than one tax"):
        fields(paper(ENERGY, taxes=(VAT, other)))


def test_the_reason_is_the_tariff_s_own_where_it_has_one() -> None:
    tax = PaperTax("E", D(0), D("5.00"), D(0), "E", "exempt under article 135")

    assert [("E", "5.00", "0.00", "exempt under article 135")] == rows(paper(EXEMPT, taxes=(tax,)))
