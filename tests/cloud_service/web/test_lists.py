import csv
import io
import json

from flask.testing import FlaskClient
from sqlalchemy import text

from cloud_service.store.database.session import transaction
from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.test_bills import numbers
from tests.cloud_service.web.test_dashboard import text_of


def test_a_text_that_a_spreadsheet_would_run_is_defused_in_the_file(fresh: Console) -> None:
    with transaction(fresh.engine) as session:
        session.execute(text("UPDATE client SET name = '=HYPERLINK(\"http://evil\")' WHERE number = 'C-1'"))

    rows = list(csv.reader(io.StringIO(fresh.sign_in("admin").get("/clients.csv").text)))

    assert any("'=HYPERLINK" in cell for row in rows for cell in row)
    assert not any(cell.startswith("=") for row in rows for cell in row)


def test_a_name_with_markup_is_shown_as_text_everywhere(fresh: Console) -> None:
    with transaction(fresh.engine) as session:
        session.execute(text("UPDATE client SET name = '<script>alert(1)</script>'"))
    admin = fresh.sign_in("admin")

    for path in (
        "/bills",
        "/clients",
        "/payments",
        "/dashboard",
        "/accounts",
        "/search?q=script",
        "/connections",
        "/points",
    ):
        page = admin.get(path).text
        assert "<script>alert" not in page, path
        assert "&lt;script&gt;alert" in page, path


def test_a_saved_view_is_a_tab_of_its_person_until_forgotten(fresh: Console) -> None:
    admin = fresh.sign_in("admin")
    post(admin, "/bills?status=paid&q=b", "/me/views", page="bills", name="Paid b", query="q=b&status=paid")

    assert "Paid b" in text_of(admin.get("/bills").text)
    assert "Paid b" not in text_of(fresh.sign_in("billing").get("/bills").text)

    post(admin, "/bills?q=b&status=paid", "/me/views/forget", page="bills", name="Paid b")
    assert "Paid b" not in text_of(admin.get("/bills").text)


def test_an_exact_number_jumps_straight_there_and_words_list_what_fits(console: Console, admin: FlaskClient) -> None:
    assert f"/bills/{console.ids['INV-2']}" == admin.get("/search?q=inv-2").location
    assert f"/meters/{console.ids['M-1']}" == admin.get("/search?q=M-1").location
    page = text_of(admin.get("/search?q=amina").text)
    assert "Amina Wanjiku" in page
    assert "INV-1" in page


def test_pages_are_found_by_their_name(admin: FlaskClient) -> None:
    assert 'href="/audit"' in admin.get("/search?q=audit").text.partition('id="found"')[2]


def test_the_load_of_a_meter_is_served_as_numbers_and_as_a_file(console: Console, admin: FlaskClient) -> None:
    meter = f"/meters/{console.ids['M-1']}"
    load = admin.get(f"{meter}/load").json
    assert load is not None
    lines = admin.get(f"{meter}/intervals.csv").text.splitlines()

    assert (288, 1.0, "kW", "Africa/Nairobi") == (len(load["at"]), load["power"][0], load["unit"], load["zone"])
    assert 289 == len(lines)
    assert "2026-11-17T00:00:00+03:00,0.250,actual" == lines[1]


def test_a_range_that_makes_no_sense_is_refused_with_words(console: Console, admin: FlaskClient) -> None:
    for query in ("from=2026-12-01&to=2026-11-01", "from=soon", "from=2001-01-01&to=2026-01-01"):
        assert 422 == admin.get(f"/meters/{console.ids['M-1']}?{query}").status_code


def test_ageing_statement_and_list_say_the_same_sum(console: Console, admin: FlaskClient) -> None:
    ageing = admin.get("/reports/ageing.csv").text
    statement = admin.get(f"/accounts/{console.ids['A-1']}/statement.csv").text

    assert "A-1,Amina Wanjiku,KES,30.000000,0,100.000000,0,0,130.000000" in ageing
    assert statement.splitlines()[-1].endswith(",130.000000")
    assert "OUTSTANDING (Local Currency) KES 130.00" in text_of(admin.get("/bills?account=A-1").text)


def test_the_past_can_be_asked_for(admin: FlaskClient) -> None:
    assert (
        "A-1,Amina Wanjiku,KES,50.000000,100.000000,0,0,0,150.000000"
        in admin.get("/reports/ageing.csv?day=2026-11-14").text
    )


def test_what_is_only_credit_is_no_open_bill_and_an_account_shows_its_own_alone(fresh: Console) -> None:
    a1, a2 = (f"/accounts/{fresh.ids[name]}" for name in ("A-1", "A-2"))
    clerk = fresh.sign_in("billing")
    post(
        clerk,
        f"{a2}/money",
        f"{a2}/money",
        kind="payment",
        amount="5",
        provider="cash",
        reference="x",
        day="2026-11-19",
    )

    assert "A-2" not in clerk.get("/reports/ageing.csv").text
    assert "Nothing is open." in text_of(clerk.get(a2).text)
    assert "OUTSTANDING 30.00 0.00 100.00 0.00 0.00 130.00" in text_of(clerk.get(a1).text)


def test_one_list_is_the_same_however_its_pages_are_cut(admin: FlaskClient) -> None:
    whole = numbers(admin.get("/bills?size=50").text)

    assert whole == [n for page in (1, 2, 3) for n in numbers(admin.get(f"/bills?size=1&page={page}").text)]


def test_a_gateway_is_listed_with_its_gaps_and_without_any(fresh: Console) -> None:
    """A stream that never had a gap names none: `received` is empty."""
    with transaction(fresh.engine) as session:
        for gateway, received in (("gw-K-1", {}), ("gw-K-2", {"spans": [[5, 7], [9, 9]]})):
            session.execute(
                text(
                    "INSERT INTO stream (gateway_id, epoch, received) SELECT id, 'e', :r FROM gateway WHERE name = :g"
                ),
                {"g": gateway, "r": json.dumps(received)},
            )
    admin = fresh.sign_in("admin")

    for page in ("/gateways", "/support", f"/gateways/{fresh.ids['gw-K-1']}", f"/gateways/{fresh.ids['gw-K-2']}"):
        assert 200 == admin.get(page).status_code, page
    file = admin.get("/gateways.csv").text.removeprefix("\ufeff")
    assert {"gw-K-1": "0", "gw-K-2": "2"} == {one["Gateway"]: one["Gaps"] for one in csv.DictReader(io.StringIO(file))}
