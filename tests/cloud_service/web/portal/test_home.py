from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.pages import text_of


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
