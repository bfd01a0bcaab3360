import re

from sqlalchemy import text

from cloud_service.store.database.session import transaction
from tests.cloud_service.web.conftest import Console, enter, post
from tests.cloud_service.web.operator_rows import PASSWORD
from tests.cloud_service.web.pages import text_of


def one_time_link(page: str) -> str:
    link = re.search(r"<code>http://localhost(/link/[^<]+)</code>", page)
    assert link is not None, page
    return link[1]


def public_id_of(console: Console, email: str) -> str:
    with transaction(console.engine) as session:
        return str(session.execute(text("SELECT public_id FROM app_user WHERE email = :e"), {"e": email}).scalar_one())


def test_a_new_person_chooses_their_own_password_by_a_link_that_works_once(fresh: Console) -> None:
    admin = fresh.sign_in("admin")
    link = one_time_link(post(admin, "/users", "/users", email="new@kilo.example", name="New", role="support").text)
    newcomer = fresh.visitor()

    chosen = {"password": "brand new quiet words", "password_confirm": "brand new quiet words"}
    assert 302 == post(newcomer, link, link, **chosen).status_code
    assert 302 == enter(fresh.visitor(), "new@kilo.example", "brand new quiet words")

    again = fresh.visitor()
    assert 302 == again.get(link).status_code  # used up: away with it
    assert 200 == enter(fresh.visitor(), "new@kilo.example", "yet other words here")


def test_without_the_link_a_new_person_cannot_come_in(fresh: Console) -> None:
    post(fresh.sign_in("admin"), "/users", "/users", email="new@kilo.example", name="New", role="support")

    for password in ("", "new@kilo.example", "password"):
        assert 200 == enter(fresh.visitor(), "new@kilo.example", password)


def test_somebody_kept_out_is_out_at_once(fresh: Console) -> None:
    support = fresh.sign_in("support")
    admin = fresh.sign_in("admin")

    post(admin, "/users", f"/users/{public_id_of(fresh, 'support@kilo.example')}/active", active="no")

    assert 302 == support.get("/dashboard").status_code
    assert 200 == enter(fresh.visitor(), "support@kilo.example", PASSWORD)


def test_nobody_lifts_themselves_up_or_locks_themselves_out(fresh: Console) -> None:
    admin = fresh.sign_in("admin")
    own = public_id_of(fresh, "admin@kilo.example")

    assert 409 == post(admin, "/users", f"/users/{own}/active", active="no").status_code
    assert 409 == post(admin, "/users", f"/users/{own}/role", role="billing").status_code


def test_a_customer_never_becomes_staff(fresh: Console) -> None:
    admin = fresh.sign_in("admin")

    answer = post(admin, "/users", f"/users/{public_id_of(fresh, 'amina@example.com')}/role", role="admin")

    assert 422 == answer.status_code


def test_changes_of_rights_are_in_the_audit_log(fresh: Console) -> None:
    admin = fresh.sign_in("root")
    post(admin, "/users", f"/users/{public_id_of(fresh, 'support@kilo.example')}/role", role="auditor")

    page = text_of(admin.get("/audit?q=user.role").text)
    assert "root@example.com user.role" in page
    assert "support" in page.partition("user.role")[2]
    assert "The chain of" in page


def test_the_same_address_is_not_added_twice(fresh: Console) -> None:
    answer = post(fresh.sign_in("admin"), "/users", "/users", email="ADMIN@kilo.example", name="x", role="admin")

    assert 409 == answer.status_code


def test_the_role_of_a_new_person_is_chosen_and_never_an_administrator_by_default(fresh: Console) -> None:
    admin = fresh.sign_in("admin")
    form = admin.get("/users").text.partition('id="role"')[2]

    assert '<option value="">' in form.partition("</option>")[0] + "</option>"
    assert 422 == post(admin, "/users", "/users", email="new@kilo.example", name="New", role="").status_code
