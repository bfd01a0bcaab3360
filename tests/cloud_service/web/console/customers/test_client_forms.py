from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import database_rows, text_of

NEW_CLIENT = {
    "number": "", "name": "Baraka Stores", "kind": "company", "email": "pay@baraka.example", "locale": "en",
    "country": "KE", "street": "Kenyatta Avenue 3\r\n2nd floor", "postcode": "20100", "city": "Nakuru",
    "address_state": "checked", "account_number": "", "currency": "KES",
    "mode": "prepaid", "day": "2026-11-01", "billing_cycle": "monthly", "billing_day": "1",
    "payment_terms_days": "14", "delivery": "email", "reason": "signed on paper",
}  # fmt: skip


def test_a_new_client_has_an_account_in_the_wanted_plan_and_an_audit_row_each(fresh: Console) -> None:
    answer = post(fresh.sign_in("billing"), "/clients/new", "/clients/new", **NEW_CLIENT)

    assert 302 == answer.status_code, answer.text
    modes = database_rows(
        fresh,
        "SELECT c.number, c.address, c.city, c.address_state, a.number AS account, m.mode FROM client c"
        " JOIN account a ON a.client_id = c.id JOIN account_mode m ON m.account_id = a.id WHERE c.name = :name",
        name="Baraka Stores",
    )
    assert [("C-3", "Kenyatta Avenue 3\n2nd floor\n20100 Nakuru", "Nakuru", "checked", "A-3", "prepaid")] == [
        (row.number, row.address, row.city, row.address_state, row.account, row.mode) for row in modes
    ]
    audit = database_rows(fresh, "SELECT action, actor, reason FROM audit ORDER BY id DESC LIMIT 2")
    assert [("account.open", "billing@kilo.example", "signed on paper"), ("client.add", "billing@kilo.example",
            "signed on paper")] == [tuple(row) for row in audit]  # fmt: skip


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_stored(fresh: Console) -> None:
    wrong = NEW_CLIENT | {"name": "", "email": "nobody", "currency": "shilling", "billing_day": "x"}
    answer = post(fresh.sign_in("billing"), "/clients/new", "/clients/new", **wrong)

    assert 422 == answer.status_code
    assert 'id="e-name"' in answer.text
    assert 'id="e-billing_day"' in answer.text
    assert 'value="shilling"' in answer.text  # what was typed is still there

    answer = post(fresh.sign_in("billing"), "/clients/new", "/clients/new", **NEW_CLIENT | {"currency": "shilling"})

    assert 'id="e-currency"' in answer.text
    assert [] == database_rows(fresh, "SELECT 1 FROM client WHERE name = 'Baraka Stores'")  # not without its account


def test_a_number_that_is_taken_is_said_at_its_field(fresh: Console) -> None:
    answer = post(fresh.sign_in("billing"), "/clients/new", "/clients/new", **NEW_CLIENT | {"number": "C-1"})

    assert (422, True) == (answer.status_code, "Another client has this number" in answer.text)
    assert 'id="e-number"' in answer.text


def test_a_change_is_kept_with_what_it_was(fresh: Console) -> None:
    where = f"/clients/{fresh.ids['Amina']}/edit"
    clerk = fresh.sign_in("billing")
    form = {"name": "Amina W. Kamau", "kind": "person", "email": "amina@new.example", "locale": "en"}
    answer = post(clerk, where, where, **form, reason="married")

    assert 302 == answer.status_code, answer.text
    (row,) = database_rows(fresh, "SELECT before, after, reason FROM audit WHERE action = 'client.change'")
    assert ({"name": "Amina Wanjiku", "email": "c-1@example.com"}, "married") == (row.before, row.reason)
    assert "Amina W. Kamau" in text_of(clerk.get(f"/clients/{fresh.ids['Amina']}").text)


def test_the_terms_of_an_account_show_and_change_what_prepaid_goes_by(fresh: Console) -> None:
    where = f"/accounts/{fresh.ids['A-2']}/edit"
    clerk = fresh.sign_in("billing")
    terms = {
        "billing_cycle": "quarterly", "billing_day": "15", "payment_terms_days": "30", "delivery": "post",
        "low_days": "7", "emergency_credit": "10.00", "debt_share": "0.25",
    }  # fmt: skip
    assert 302 == post(clerk, where, where, **terms).status_code
    (row,) = database_rows(fresh, "SELECT billing_cycle, settings FROM account WHERE number = 'A-2'")

    assert ("quarterly", {"debt_share": "0.25", "prepaid": {"low_days": "7", "emergency_credit": "10.00"}}) == tuple(
        row
    )
    assert 'value="10.00"' in clerk.get(where).text
    assert 'id="e-debt_share"' in post(clerk, where, where, **terms | {"debt_share": "3"}).text


def test_a_plan_changes_from_a_day_on(fresh: Console) -> None:
    where = f"/accounts/{fresh.ids['A-1']}/mode"
    assert 302 == post(fresh.sign_in("billing"), where, where, mode="prepaid", day="2026-12-01").status_code

    modes = database_rows(
        fresh, "SELECT m.mode, lower(m.during)::text AS day FROM account_mode m JOIN account a ON a.id = m.account_id"
        " WHERE a.number = 'A-1' ORDER BY lower(m.during)",
    )  # fmt: skip
    assert ["postpaid", "prepaid"] == [row.mode for row in modes]
    assert "2026-12-01" == modes[-1].day


def test_who_may_not_write_sees_no_button_and_reaches_no_form(console: Console) -> None:
    for role in ("support", "auditor"):
        person = console.sign_in(role)

        assert "New client" not in person.get("/clients").text
        assert 404 == person.get("/clients/new").status_code
        assert 404 == person.get(f"/clients/{console.ids['Amina']}/edit").status_code


def test_a_client_of_another_entity_cannot_be_changed(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")

    for address in (f"/clients/{fresh.ids['Zoe']}/edit", f"/accounts/{fresh.ids['Z-1']}/mode"):
        assert 404 == clerk.get(address).status_code
        assert (
            404 == post(clerk, "/clients/new", address, name="Mine now", mode="prepaid", day="2026-12-01").status_code
        )


READ = "UPDATE client SET address = E'Road 1\\n201 Nakuru', street = 'Road 1', postcode = '201', city = 'Nakuru',"
ROW = "SELECT address, postcode, address_state FROM client WHERE number = 'C-1'"
AMINA = {
    "name": "Amina Wanjiku", "kind": "person", "locale": "en", "street": "Road 1", "postcode": "201",
    "city": "Nakuru", "region": "", "country": "KE", "address_state": "read",
}  # fmt: skip


def test_an_address_that_does_not_fit_is_refused_at_its_field_or_kept_as_it_is_written(fresh: Console) -> None:
    clerk, where = fresh.sign_in("billing"), f"/clients/{fresh.ids['Amina']}/edit"
    database_rows(fresh, f"{READ} country = 'KE' WHERE number = 'C-1' RETURNING id")
    page = clerk.get(where).text
    assert "Nobody checked it yet" in page
    assert "Printed so far: Road 1 · 201 Nakuru" in page

    assert 302 == post(clerk, where, where, **AMINA | {"phone": "+254 1"}).status_code  # nobody looked at the address
    assert [("Road 1\n201 Nakuru", "201", "read")] == [tuple(row) for row in database_rows(fresh, ROW)]
    wrong = post(clerk, where, where, **AMINA | {"address_state": "checked"})
    assert (422, True, True) == (wrong.status_code, 'id="e-postcode"' in wrong.text, "for example 20100" in wrong.text)
    assert 302 == post(clerk, where, where, **AMINA | {"address_state": "as_written"}).status_code
    assert [("Road 1\n201 Nakuru", "201", "as_written")] == [tuple(row) for row in database_rows(fresh, ROW)]
    right = AMINA | {"postcode": "20100", "address_state": "checked"}
    assert 302 == post(clerk, where, where, **right).status_code
    assert [("Road 1\n20100 Nakuru", "20100", "checked")] == [tuple(row) for row in database_rows(fresh, ROW)]
    assert "Nobody checked it yet" not in clerk.get(where).text
