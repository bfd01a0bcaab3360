"""The pages of bills in advance: agreed, issued, changed, ended by the doors that people use."""

import pytest

from cloud_service.store.database.session import transaction
from common.period import Span
from tests.books.world import World, build
from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.operator_rows import NOW
from tests.cloud_service.web.pages import database_rows, text_of

PAGE = "/bills/advances"
TODAY = NOW.date()
MONTH = TODAY.replace(day=1)
TERMS = {"amount": "85.50", "every": "1", "day_of_month": "1", "timing": "before", "from": MONTH.isoformat()}


@pytest.fixture
def form(fresh: Console) -> str:
    """The address of the form of V901, supplied since the beginning of the month."""
    with transaction(fresh.engine) as session:
        world: World = build(session)
        world.serial = 900
        world.tenant(start=MONTH)
        world.readings(world.registers[0], Span(MONTH, TODAY))
    ((public_id,),) = database_rows(fresh, "SELECT public_id FROM contract WHERE number = 'V901'")
    return f"/connections/{public_id}/advances"


def test_an_amount_is_agreed_billed_and_shown(fresh: Console, form: str) -> None:
    clerk = fresh.sign_in("root")
    assert "Nobody pays in advance" in text_of(clerk.get(PAGE).text)
    assert 302 == post(clerk, form, form, **TERMS).status_code
    assert "1 advance bill: EUR 85.50 with taxes" in text_of(clerk.get(PAGE).text)
    post(clerk, PAGE, f"{PAGE}/run")

    page = text_of(clerk.get(PAGE).text)
    assert "1 advance bill is issued." in page
    assert "Nothing falls due" in page
    assert "V901" in page
    ((number, total),) = database_rows(
        fresh, "SELECT i.number, i.total FROM invoice i JOIN advance_bill b ON b.invoice_id = i.id"
    )
    assert number in text_of(clerk.get(form).text)
    assert "85.50" == f"{total:.2f}"


def test_what_is_wrong_is_said_at_its_field(fresh: Console, form: str) -> None:
    clerk = fresh.sign_in("root")
    sent = post(clerk, form, form, **TERMS | {"amount": "0.001", "day_of_month": "31"})

    assert 422 == sent.status_code
    assert "is no amount that can be billed in EUR" in text_of(sent.text)
    before = post(clerk, form, form, **TERMS | {"from": "2020-01-01"})
    assert "V901 is supplied from" in text_of(before.text)
    assert [] == database_rows(fresh, "SELECT 1 FROM advance_plan")


def test_an_agreement_is_ended(fresh: Console, form: str) -> None:
    clerk = fresh.sign_in("root")
    post(clerk, form, form, **TERMS)
    post(clerk, form, f"{form}/end", **{"from": MONTH.isoformat()}, reason="wants to pay as used")

    assert [] == database_rows(fresh, "SELECT 1 FROM advance_plan")
    assert "nothing is billed in advance" in text_of(clerk.get(form).text)
    post(clerk, form, f"{form}/end", **{"from": MONTH.isoformat()})
    assert "othing is agreed for V901" in text_of(clerk.get(form).text)


def test_what_cannot_be_billed_stands_beside_its_connection(fresh: Console, form: str) -> None:
    clerk = fresh.sign_in("root")
    post(clerk, form, form, **TERMS)
    with transaction(fresh.engine) as session:
        session.connection().exec_driver_sql("UPDATE account_mode SET mode = 'prepaid'")
    assert "is prepaid on" in text_of(clerk.get(PAGE).text)
    post(clerk, PAGE, f"{PAGE}/run")

    assert "1 connection could not be billed" in text_of(clerk.get(PAGE).text)
    assert [] == database_rows(fresh, "SELECT 1 FROM advance_bill")
    assert "1 connection could not be billed in advance" in text_of(clerk.get("/today").text)


def test_not_billed_lists_no_advance_whose_days_are_to_be_billed(fresh: Console, form: str) -> None:
    clerk = fresh.sign_in("root")
    post(clerk, form, form, **TERMS)
    post(clerk, PAGE, f"{PAGE}/run")

    assert "Advance bill" not in text_of(clerk.get("/bills/unbilled").text)


def test_an_amount_is_proposed_into_the_form(fresh: Console, form: str) -> None:
    clerk = fresh.sign_in("root")

    page = clerk.get(f"{form}?use=3500").text
    assert "as stated" in text_of(page)
    assert 'value="116' in page
    assert "days of the year before" in text_of(clerk.get(f"{form}?use=").text)
    assert "is not a number" in text_of(clerk.get(f"{form}?use=much").text)
