from sqlalchemy import text

from cloud_service.store.identity.list_choices import ChosenColumns, choice_of, forget_choice, keep_choice
from tests.cloud_service.conftest import Office


def test_a_choice_is_kept_for_one_person_and_one_list_until_it_is_forgotten(office: Office) -> None:
    admin, clerk = office.session.execute(
        text("SELECT id FROM app_user WHERE email IN ('admin@kilo.example', 'billing@kilo.example') ORDER BY email")
    ).scalars()
    keep_choice(office.session, admin, "bills", ChosenColumns(["total", "number"], 50))
    keep_choice(office.session, admin, "bills", ChosenColumns(["number", "total"], 100))

    assert ChosenColumns(["number", "total"], 100) == choice_of(office.session, admin, "bills")
    assert ChosenColumns() == choice_of(office.session, clerk, "bills") == choice_of(office.session, admin, "clients")
    forget_choice(office.session, admin, "bills")
    assert ChosenColumns() == choice_of(office.session, admin, "bills")
