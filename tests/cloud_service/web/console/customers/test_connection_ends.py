from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.pages import CONNECTION, connection_form, database_rows, send_as_clerk


def test_moving_out_ends_the_contract_and_the_owner_pays_from_then_on(fresh: Console) -> None:
    empty = f"/points/{fresh.ids['Lake House 1']}/vacancy"
    assert 302 == send_as_clerk(fresh, empty, account="A-1", tariff="T-K-1").status_code
    answer = send_as_clerk(fresh, connection_form(fresh, "move-out"), day="2026-11-15", reason="gone")

    assert 302 == answer.status_code, answer.text
    (left,) = database_rows(fresh, CONNECTION, number="K-1")
    assert "2026-11-15" == str(left.during.upper)
    (vacant,) = database_rows(fresh, CONNECTION, number="Lake House 1-VAC-20261115")
    assert ("A-1", "T-K-1") == (vacant.account, vacant.code)


def test_days_that_are_billed_are_not_given_up(fresh: Console) -> None:
    answer = send_as_clerk(fresh, connection_form(fresh, "move-out"), day="2026-11-05")

    assert (422, True) == (answer.status_code, "are billed already" in answer.text)


def test_a_move_out_is_moved_to_another_day_or_taken_back(fresh: Console) -> None:
    assert 302 == send_as_clerk(fresh, connection_form(fresh, "move-out"), day="2026-11-15").status_code
    same = send_as_clerk(fresh, connection_form(fresh, "end"), day="2026-11-15")
    none = send_as_clerk(fresh, connection_form(fresh, "end"), day="")
    assert (422, 422, True) == (same.status_code, none.status_code, "ends on 2026-11-15 already" in same.text)

    assert 302 == send_as_clerk(fresh, connection_form(fresh, "end"), day="2026-11-18").status_code
    (left,) = database_rows(fresh, CONNECTION, number="K-1")
    assert "2026-11-18" == str(left.during.upper)
    assert 302 == send_as_clerk(fresh, connection_form(fresh, "end"), stays="yes").status_code
    (stays,) = database_rows(fresh, CONNECTION, number="K-1")
    assert stays.during.upper is None


def test_a_new_address_is_the_clients_from_then_on(fresh: Console) -> None:
    form = {
        "day": "2026-11-15",
        "street": "New Street 5",
        "city": "Kisumu",
        "country": "KE",
        "email": "new@example.com",
    }
    assert 302 == send_as_clerk(fresh, connection_form(fresh, "move-out"), **form).status_code

    rows = database_rows(fresh, "SELECT address, email FROM client WHERE address = E'New Street 5\\nKisumu'")
    assert ["new@example.com"] == [row.email for row in rows]


def test_a_final_bill_is_a_run_of_the_one_connection_and_of_nothing_that_is_billed(fresh: Console) -> None:
    where = connection_form(fresh, "final-bill")
    early = send_as_clerk(fresh, where, bill_date="2026-11-20")
    assert (422, True) == (early.status_code, "The connection has no end yet" in early.text)
    send_as_clerk(fresh, connection_form(fresh, "move-out"), day="2026-11-15")
    answer = send_as_clerk(fresh, where, bill_date="2026-11-20")

    assert (302, True) == (answer.status_code, "/runs/" in answer.headers["Location"])
    items = database_rows(fresh, "SELECT c.number FROM billing_item b JOIN contract c ON c.id = b.contract_id")
    assert {"K-1"} == {item.number for item in items}


def test_only_who_may_ends_a_connection_and_only_of_their_own_company(console: Console) -> None:
    for verb in ("move-out", "end", "final-bill"):
        assert 404 == console.sign_in("support").get(connection_form(console, verb)).status_code
        assert 404 == console.sign_in("billing").get(connection_form(console, verb, "K-3")).status_code
