from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import database_rows, text_of


def test_looking_at_reminders_sends_nothing_and_the_button_sends_each_once(fresh: Console) -> None:
    clerk = fresh.sign_in("billing")
    page_text = text_of(clerk.get("/dunning").text)
    assert "INV-1" in page_text
    assert "INV-2" not in page_text  # not due yet
    assert [] == database_rows(fresh, "SELECT 1 FROM dunning_step")

    assert 302 == post(clerk, "/dunning", "/dunning/remind").status_code
    assert ["INV-1"] == [row.number for row in database_rows(fresh, "SELECT number FROM dunning_step d JOIN invoice i"
                                                          " ON i.id = d.invoice_id")]  # fmt: skip
    assert "No letter is due today" in text_of(clerk.get("/dunning").text)
    assert 1 == len(database_rows(fresh, "SELECT 1 FROM delivery WHERE kind = 'reminder'"))
