from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import text_of


def test_a_saved_view_is_a_tab_of_its_person_until_forgotten(fresh: Console) -> None:
    admin = fresh.sign_in("admin")
    post(admin, "/bills?status=paid&q=b", "/me/views", page="bills", name="Paid b", query="q=b&status=paid")

    assert "Paid b" in text_of(admin.get("/bills").text)
    assert "Paid b" not in text_of(fresh.sign_in("billing").get("/bills").text)

    post(admin, "/bills?q=b&status=paid", "/me/views/forget", page="bills", name="Paid b")
    assert "Paid b" not in text_of(admin.get("/bills").text)


def test_signing_out_everywhere_ends_the_other_browsers_too(fresh: Console) -> None:
    this, other = fresh.sign_in("admin"), fresh.sign_in("admin")

    post(this, "/me", "/me/sign-out-everywhere")

    assert 302 == this.get("/dashboard").status_code
    assert 302 == other.get("/dashboard").status_code
