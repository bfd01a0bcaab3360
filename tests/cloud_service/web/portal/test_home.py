from sqlalchemy import text

from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.pages import text_of

NEW_TENANT = """
UPDATE contract SET during = '[2026-11-19,)' WHERE number = 'K-1';
INSERT INTO contract (number, service_point_id, account_id, during)
SELECT 'K-0', service_point_id, (SELECT id FROM account WHERE number = 'Z-1'), '[2026-01-01,2026-11-19)'
  FROM contract WHERE number = 'K-1';
"""
DAYS = "from=2026-11-17&to=2026-11-20"


def change(console: Console, *statements: str) -> None:
    with console.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_a_customer_finds_what_is_due_and_how_to_pay_it(console: Console) -> None:
    page = console.sign_in("amina").get("/portal").text

    assert "OUTSTANDING KES 130.00" in text_of(page)
    assert "BILL NO INV-1" in text_of(page)  # the one that is due first
    assert f"/portal/bills/{console.ids['INV-1']}/pay" in page


def test_paying_leads_to_the_lasting_address_of_the_bill(console: Console) -> None:
    answer = console.sign_in("amina").get(f"/portal/bills/{console.ids['INV-1']}/pay")

    assert f"/pay/{console.ids['INV-1']}" == answer.location


def test_use_by_day_has_chart_table_and_file(console: Console) -> None:
    amina = console.sign_in("amina")
    page = amina.get("/portal/usage?from=2026-11-17&to=2026-11-20").text

    assert "2026-11-17 up to and with 2026-11-20: 72.00 kWh" in text_of(page)
    assert 4 == page.count('<rect class="series-') / 2  # once wide, once for a telephone
    assert "2026-11-20 – no data" in text_of(page)
    assert 289 == len(amina.get("/portal/usage.csv?from=2026-11-17&to=2026-11-20").text.splitlines())


def test_the_portal_of_a_customer_in_another_zone_has_its_own_days(console: Console) -> None:
    load = console.sign_in("zoe").get("/portal/usage/load").json

    assert load is not None
    assert "Europe/Berlin" == load["zone"]


def test_a_customers_own_page_offers_nothing_of_the_staff(console: Console) -> None:
    page = console.sign_in("amina").get("/me").text

    assert 'href="/bills"' not in page
    assert 'id="top-search"' not in page


def test_the_bill_explains_itself_to_the_customer(console: Console) -> None:
    page = text_of(console.sign_in("amina").get(f"/portal/bills/{console.ids['INV-2']}").text)

    assert "all energy at the day price" in page
    assert "Record a payment" not in page


def test_an_open_bill_says_where_a_transfer_goes(console: Console) -> None:
    page = console.sign_in("amina").get(f"/portal/bills/{console.ids['INV-2']}").text

    assert "Pay by bank transfer Account holder Kilo Ltd M-PESA paybill 247247 Account no. INV-2" in text_of(page)


def test_an_e_invoice_that_cannot_be_made_is_for_the_supplier_to_mend(console: Console) -> None:
    amina = console.sign_in("amina")
    answer = amina.get(f"/portal/bills/{console.ids['INV-2']}/einvoice_ubl")

    assert (404, True, False) == (answer.status_code, "Ask your supplier" in answer.text, "entity edit" in answer.text)
    assert "einvoice_ubl" not in amina.get(f"/portal/bills/{console.ids['INV-2']}").text  # a person, no company


def test_a_new_tenant_sees_nothing_of_the_former_ones_days(fresh: Console) -> None:
    change(fresh, *NEW_TENANT.strip().split(";\n"))
    amina = fresh.sign_in("amina")

    lines = amina.get(f"/portal/usage.csv?{DAYS}").text.splitlines()
    assert (97, True) == (len(lines), all("2026-11-19" in line for line in lines[1:]))
    load = amina.get(f"/portal/usage/load?{DAYS}").json
    assert load is not None
    assert 96 == len(load["at"])
    assert "24.00 kWh" in text_of(amina.get(f"/portal/usage?{DAYS}").text)


def test_who_moved_out_keeps_their_own_days_and_sees_no_later_ones(fresh: Console) -> None:
    change(fresh, *NEW_TENANT.strip().split(";\n"), "UPDATE contract SET during = 'empty' WHERE number = 'K-3'")
    zoe = fresh.sign_in("zoe")

    lines = zoe.get(f"/portal/usage.csv?{DAYS}").text.splitlines()
    assert (193, False) == (len(lines), any("2026-11-19" in line for line in lines[1:]))


def test_use_is_multiplied_as_on_the_bill_and_begins_on_the_day_the_meter_came(fresh: Console) -> None:
    change(fresh, "UPDATE meter_mount SET multiplier = 40, during = tstzrange('2026-11-17T12:00+03:00', NULL)")
    amina = fresh.sign_in("amina")

    # half a day and two days of 24 kWh, times 40
    assert "2,400.00 kWh" in text_of(amina.get(f"/portal/usage?{DAYS}").text)
    lines = amina.get(f"/portal/usage.csv?{DAYS}").text.splitlines()
    assert 1 + 48 + 96 + 96 == len(lines)
    assert lines[1].startswith("2026-11-17T12:00")
    assert "10" in lines[1]
