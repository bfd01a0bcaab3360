from typing import Any

from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import database_rows, text_of

SERIES = (
    "SELECT kind, prefix, digits, next_number, year FROM number_series WHERE NOT closed ORDER BY kind DESC, year DESC"
)
TYPED = {
    "invoice-pattern": "K{yy}-", "invoice-digits": "4", "invoice-next_number": "318", "invoice-yearly": "yes",
    "credit_note-pattern": "G-", "credit_note-digits": "3", "credit_note-next_number": "1", "reason": "as before",
    "receipt-pattern": "Q{yy}-", "receipt-digits": "4", "receipt-next_number": "9", "receipt-yearly": "yes",
}  # fmt: skip


def where_of(console: Console) -> str:
    return f"/settings/entities/{console.ids['entity']}/numbers"


def keep(console: Console, **changed: str) -> Any:
    return post(console.sign_in("admin"), where_of(console), where_of(console), **TYPED | changed)


def test_the_next_numbers_stand_beside_what_is_typed_and_looking_keeps_nothing(fresh: Console) -> None:
    before = database_rows(fresh, SERIES)
    shown = text_of(keep(fresh, do="look").text)

    assert "K26-0318 K26-0319 K26-0320" in shown
    assert "G-001" in shown
    assert before == database_rows(fresh, SERIES)
    assert "numbers that begin anew each year need the year" in text_of(
        keep(fresh, do="look", **{"invoice-pattern": "K"}).text
    ).replace("Numbers", "numbers")


def test_series_are_changed_from_the_next_document_on(fresh: Console) -> None:
    assert 302 == keep(fresh).status_code

    assert {("invoice", "K26-", 4, 318, 2026), ("credit_note", "G-", 3, 1, 0), ("receipt", "Q26-", 4, 9, 2026)} <= {
        tuple(row) for row in database_rows(fresh, SERIES)
    }
    assert "K26-0318" in text_of(fresh.sign_in("admin").get(where_of(fresh)).text)
    assert "Numbers of bills" in text_of(fresh.sign_in("admin").get("/setup").text)


def test_what_cannot_be_is_said_at_its_field_and_neither_series_is_changed(fresh: Console) -> None:
    before = database_rows(fresh, SERIES)
    for changed, key in (
        ({"credit_note-pattern": "K26-"}, "credit_note-pattern"),
        ({"invoice-pattern": "K"}, "invoice-pattern"),
        ({"credit_note-digits": "40"}, "credit_note-digits"),
        ({"invoice-next_number": "-1"}, "invoice-next_number"),
    ):
        answer = keep(fresh, **changed)
        assert (422, True) == (answer.status_code, f'id="e-{key}"' in answer.text), changed
    assert before == database_rows(fresh, SERIES)


def test_only_who_manages_changes_series(console: Console) -> None:
    assert 404 == console.sign_in("billing").get(where_of(console)).status_code
