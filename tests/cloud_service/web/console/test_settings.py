from flask.testing import FlaskClient

from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.pages import text_of


def test_the_entity_has_its_sites_rates_and_zone(admin: FlaskClient) -> None:
    page = text_of(admin.get("/settings").text)

    assert "Kilo Ltd legal entity Look of the bill Billing calendar Reminders Change" in page
    assert "Change Address Moi Avenue 1 00100 Nairobi Address check Nobody checked it yet Local currency KES" in page
    assert "Time zone Africa/Nairobi" in page
    assert "Lake Shop Africa/Nairobi EUR" in page
    assert "EUR 2026-01-01 150" in page
    assert "Zeta GmbH" not in page


def test_the_installation_says_how_it_is_set_and_keeps_its_secrets(admin: FlaskClient) -> None:
    page = admin.get("/settings").text

    assert "PUBLIC_URL http://localhost The address in mails and payment pages." in text_of(page)
    assert "ENERGY_DEMO yes" in text_of(page)
    for secret in ("k" * 40, "s" * 32, "w" * 32, "postgresql"):
        assert secret not in page


def test_only_who_manages_sees_them(console: Console) -> None:
    for role in ("billing", "support", "auditor"):
        assert 404 == console.sign_in(role).get("/settings").status_code, role
