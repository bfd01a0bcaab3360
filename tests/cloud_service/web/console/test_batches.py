import io
import re
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from cloud_service.batches.work import work
from cloud_service.store.batches import batches
from cloud_service.store.database.session import transaction
from cloud_service.web.console import batches as pages
from cloud_service.web.lists import offers
from cloud_service.web.lists.offers import OFFERS
from tests.cloud_service.web.conftest import Console, post, token
from tests.cloud_service.web.operator_rows import NOW
from tests.cloud_service.web.pages import csv_rows, database_rows, database_value, text_of


def chosen(client: FlaskClient, path: str, action: str, **fields: Any) -> str:
    """Tick rows of a list and press Next; the address of the batch."""
    name = path.partition("?")[0].strip("/")
    query = "?" + path.partition("?")[2] if "?" in path else ""
    answer = post(client, path, f"/batches/new/{name}{query}", action=action, **fields)
    assert 302 == answer.status_code, answer.text
    return str(answer.headers["Location"]).removesuffix("/values")


def checked(client: FlaskClient, batch: str, **values: str) -> str:
    """Send the form; the page of the check."""
    answer = post(client, f"{batch}/values", f"{batch}/values", **values)
    assert 302 == answer.status_code, text_of(answer.text)
    return str(client.get(batch).text)


def press(client: FlaskClient, batch: str) -> str:
    answer = post(client, batch, f"{batch}/run")
    assert 302 == answer.status_code, text_of(answer.text)
    return text_of(client.get(batch).text)


def states(console: Console) -> list[tuple[str, str]]:
    return [(row.label, row.state) for row in database_rows(console, "SELECT label, state FROM batch_item ORDER BY id")]


def test_ticked_rows_are_checked_then_done_each_by_itself(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    batch = chosen(clerk, "/connections", "contract_close", row=[fresh.ids["K-1"], fresh.ids["K-2"]])
    page = text_of(checked(clerk, batch, day="2026-11-15", reason="sold"))

    assert "2 can be done" in page
    assert ["K-1", "K-2"] == [name for name in ("K-1", "K-2") if name in page]
    assert [None, None] == [row.end for row in ends(fresh)]

    done = press(clerk, batch)
    assert "Done" in done
    assert [("K-1", "done"), ("K-2", "done")] == states(fresh)
    assert ["2026-11-15"] * 2 == [str(row.end) for row in ends(fresh)]


def ends(console: Console) -> list[Any]:
    return database_rows(
        console, "SELECT upper(during) AS \"end\" FROM contract WHERE number IN ('K-1', 'K-2') ORDER BY number"
    )


def test_what_is_refused_says_why_and_the_rest_is_done(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    batch = chosen(clerk, "/connections", "contract_close", all="yes")
    page = text_of(checked(clerk, batch, day="2026-11-10"))  # INV-2 and INV-3 bill up to 10 and 12 November

    assert "1 can be done, 1 is refused" in page
    assert "Days up to 2026-11-12 are billed already" in page
    assert "credit INV-3 first, on its page" in page
    done = press(clerk, batch)
    assert "1 done, 1 refused" in done
    assert ["2026-11-10", "None"] == [str(row.end) for row in ends(fresh)]


def test_the_same_press_twice_does_nothing_twice(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    batch = chosen(clerk, "/bills", "invoice_send", row=[fresh.ids["INV-1"], fresh.ids["INV-2"]])
    page = checked(clerk, batch)
    fields = {"csrf_token": token(page)}
    clerk.post(f"{batch}/run", data=fields, headers={"Referer": f"http://localhost{batch}"})
    again = clerk.post(f"{batch}/run", data=fields, headers={"Referer": f"http://localhost{batch}"})

    assert again.status_code in (302, 409)
    assert 2 == database_value(fresh, "SELECT count(*) FROM audit WHERE action = 'invoice.send_again'")
    assert 2 == database_value(fresh, "SELECT count(*) FROM delivery WHERE state = 'waiting'")
    assert 1 == database_value(fresh, "SELECT count(*) FROM audit WHERE action = 'batch.run'")


def test_all_of_a_filter_are_chosen_on_the_server(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    batch = chosen(clerk, "/bills?status=overdue", "invoice_send", all="yes")

    assert "1 row is chosen" in text_of(clerk.get(f"{batch}/values").text)
    assert [("INV-1", "chosen")] == states(fresh)


def test_what_belongs_to_others_is_neither_chosen_nor_seen(fresh: Console) -> None:
    clerk, root = fresh.sign_in("billing"), fresh.sign_in("root")
    answer = post(clerk, "/bills", "/batches/new/bills", action="invoice_send", row=[fresh.ids["ZET-1"]])
    theirs = chosen(root, "/bills", "invoice_send", row=[fresh.ids["ZET-1"]])

    assert 404 == answer.status_code
    for path in (theirs, f"{theirs}/values", f"{theirs}.csv"):
        assert 404 == clerk.get(path).status_code
    assert theirs not in clerk.get("/batches").text


def test_who_may_not_do_the_action_is_not_offered_it_and_cannot_ask_for_it(fresh: Console) -> None:
    auditor, support = fresh.sign_in("auditor"), fresh.sign_in("support")

    assert "contract_tariff" not in auditor.get("/connections").text
    assert 404 == post(auditor, "/me", "/batches/new/connections", action="contract_close", all="yes").status_code
    assert "invoice_send" in support.get("/bills").text
    assert "invoice_credit" not in support.get("/bills").text
    assert 404 == post(support, "/bills", "/batches/new/bills", action="invoice_credit", all="yes").status_code


def test_nothing_ticked_is_said_on_the_list(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    answer = post(clerk, "/bills?status=overdue", "/batches/new/bills?status=overdue", action="invoice_send")

    assert "/bills?status=overdue" == answer.headers["Location"]
    assert "Tick the rows first" in text_of(clerk.get("/bills?status=overdue").text)


def test_too_many_rows_are_refused_before_anything(fresh: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    (send, *_others) = OFFERS["bills"].offers
    few = replace(OFFERS["bills"], offers=(replace(send, most=1),))
    monkeypatch.setattr(offers, "OFFERS", {"bills": few})
    answer = post(fresh.sign_in("billing"), "/bills", "/batches/new/bills", action="invoice_send", all="yes")

    assert 422 == answer.status_code
    assert "at most 1 rows at once" in text_of(answer.text)
    assert [] == states(fresh)


def test_a_credit_waits_for_a_second_person(fresh: Console) -> None:
    clerk, admin = fresh.sign_in("billing"), fresh.sign_in("admin")
    batch = chosen(clerk, "/bills", "invoice_credit", row=[fresh.ids["INV-1"]])

    assert 422 == post(clerk, f"{batch}/values", f"{batch}/values").status_code  # a reason is needed
    assert "waits for another person" in text_of(checked(clerk, batch, reason="wrong meter"))
    press(clerk, batch)
    press(clerk, batch)
    assert 0 == database_value(fresh, "SELECT count(*) FROM invoice WHERE kind = 'credit_note'")

    assert batch in admin.get("/batches").text
    assert "Credit: 1 row asked for by billing@kilo.example" in text_of(admin.get("/today").text)
    assert "Credit: 1 row" not in text_of(clerk.get("/today").text)
    assert "Approved by" in press(admin, batch)
    assert 1 == database_value(fresh, "SELECT count(*) FROM invoice WHERE kind = 'credit_note'")
    (note,) = database_rows(fresh, "SELECT actor, after->>'asked_by' AS asked FROM audit WHERE action = 'batch.run'")
    assert ("admin@kilo.example", "billing@kilo.example") == (note.actor, note.asked)


def test_a_check_changes_nothing_and_can_be_asked_anew(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    before = database_value(fresh, "SELECT count(*) FROM audit")
    batch = chosen(clerk, "/accounts", "account_terms", all="yes")
    assert "Say what is to change" in text_of(checked(clerk, batch))
    page = text_of(checked(clerk, batch, payment_terms_days="30"))

    assert "2 can be done" in page
    assert "14 days 30 days" in page
    assert before == database_value(fresh, "SELECT count(*) FROM audit")
    assert {14} == {row.payment_terms_days for row in database_rows(fresh, "SELECT payment_terms_days FROM account")}
    press(clerk, batch)
    assert [14, 30, 30] == sorted(
        row.payment_terms_days for row in database_rows(fresh, "SELECT payment_terms_days FROM account")
    )


def test_the_result_is_a_file_too(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    batch = chosen(clerk, "/clients", "client_language", all="yes")
    checked(clerk, batch, locale="sw")
    press(clerk, batch)
    lines = csv_rows(clerk.get(f"{batch}.csv").text)
    sheet = (
        CalamineWorkbook.from_filelike(io.BytesIO(clerk.get(f"{batch}.xlsx").data)).get_sheet_by_index(0).to_python()
    )

    assert [("C-1", "done", "en", "sw"), ("C-2", "done", "en", "sw")] == [
        (line["Row"], line["State"], line["Before"], line["After"]) for line in lines
    ]
    assert ["C-1", "done", "en", "sw"] == sheet[1][:4]


def test_many_rows_are_the_workers_and_the_page_says_how_far(fresh: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "AT_ONCE", 1)
    clerk = fresh.sign_in("billing")
    batch = chosen(clerk, "/bills", "invoice_send", all="yes")
    page = checked(clerk, batch)

    assert "0 of 3 checked" in text_of(page)
    assert 'http-equiv="refresh"' in page
    assert 1 == database_value(fresh, "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'work_batch'")
    for _ in range(5):
        with transaction(fresh.engine) as session:
            for number in batches.unfinished(session):
                work(session, number, NOW, 1)
    assert "3 can be done" in text_of(clerk.get(batch).text)


def test_people_are_signed_out_or_kept_out_but_nobody_does_it_to_themselves(fresh: Console) -> None:
    root = fresh.sign_in("root")
    fresh.sign_in("auditor")
    batch = chosen(root, "/users", "user_keep_out", all="yes")
    page = text_of(checked(root, batch, do="keep_out"))

    assert "This is you" in page
    press(root, batch)
    assert {"root@example.com"} == {
        row.email for row in database_rows(fresh, "SELECT email FROM app_user WHERE active")
    }


def test_each_list_with_offers_has_a_box_for_each_row_without_script(console: Console) -> None:
    root = console.sign_in("root")
    for path in ("/bills", "/connections", "/accounts", "/clients", "/meters", "/users"):
        page = root.get(path).text
        assert re.search(r'name="row" value="[0-9a-f-]{36}" form="batch"', page), path
        assert f'action="/batches/new{path}"' in page
    assert 'name="row"' not in console.sign_in("auditor").get("/connections").text


@pytest.mark.parametrize(
    ("path", "action", "values", "said"),
    [
        ("/connections", "contract_tariff", {"tariff": "T-K-2", "day": "2026-12-01"}, "Tariff K-2"),
        ("/connections", "contract_close", {"day": "2026-12-01"}, "2026-12-01"),
        ("/accounts", "account_terms", {"delivery": "post"}, "Post"),
        ("/accounts", "account_rest", {"rest_until": "2026-12-24", "reason": "ill"}, "2026-12-24"),
        ("/accounts", "account_statement", {"from": "2026-01-01", "until": "2026-11-20"}, "2026-01-01"),
        ("/clients", "client_language", {"locale": "sw"}, "Kiswahili"),
        ("/bills", "invoice_send", {}, "Send again"),
        ("/bills", "invoice_credit", {"reason": "wrong meter"}, "wrong meter"),
        ("/meters", "meter_register", {"register": "import", "billed": "no"}, "Bills do not count it"),
        ("/meters", "meter_validate", {"from": "2026-11-01", "until": "2026-11-03"}, "2026-11-03"),
    ],
)
def test_each_action_is_asked_and_checked_on_its_page(
    fresh: Console, path: str, action: str, values: dict[str, str], said: str
) -> None:
    clerk = fresh.sign_in("billing")
    page = text_of(checked(clerk, chosen(clerk, path, action, all="yes"), **values))

    assert said in page
    assert "Checked" in page
    assert "Something went wrong" not in page
