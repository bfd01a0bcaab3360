import io
import json
from typing import Any

import pytest

from tests.cloud_service.web.conftest import Console, post
from tests.cloud_service.web.pages import database_rows, text_of

HOME = {
    "id": "home", "name": "Home", "currency": "KES", "from": "2026-01-01",
    "charges": [
        {"kind": "energy", "label": "Energy", "price": "20.00"},
        {"kind": "standing", "label": "Standing charge", "amount": "500.00", "per": "month"},
    ],
    "taxes": [{"name": "VAT", "label": "VAT 16 %", "category": "S", "percent": "16"}],
}  # fmt: skip
STORED_VERSIONS = (
    "SELECT t.code, t.name, lower(v.during)::text AS since, upper(v.during)::text AS until, v.document FROM tariff t"
    " JOIN tariff_version v ON v.tariff_id = t.id WHERE t.code = :code ORDER BY lower(v.during)"
)


def send_document(fresh: Console, where: str = "/tariffs/new", *, do: str = "keep", **fields: Any) -> Any:
    return post(fresh.sign_in("billing"), where, where, do=do, **fields)


def test_a_document_is_looked_at_first_and_kept_by_the_second_button(fresh: Console) -> None:
    looked = send_document(fresh, do="check", document=json.dumps(HOME))

    # 300 kWh × 20.00 + 500.00 = 6,500.00; with 16 % VAT 7,540.00
    assert (200, True) == (looked.status_code, "7,540.00" in text_of(looked.text))
    assert [] == database_rows(fresh, STORED_VERSIONS, code="home")

    assert 302 == send_document(fresh, document=json.dumps(HOME), reason="new prices").status_code
    (version,) = database_rows(fresh, STORED_VERSIONS, code="home")
    assert ("Home", "2026-01-01", None, "20.00") == (
        version.name, version.since, version.until, version.document["charges"][0]["price"],
    )  # fmt: skip
    (row,) = database_rows(fresh, "SELECT after, reason FROM audit WHERE action = 'tariff.publish'")
    assert ("home", 1, "new prices") == (row.after["code"], row.after["new_versions"], row.reason)


def test_every_fault_is_named_with_its_place_and_the_text_stays(fresh: Console) -> None:
    wrong = json.loads(json.dumps(HOME))
    wrong["charges"][0]["price"] = "cheap"
    wrong["charges"][1]["amont"] = "1"
    wrong["taxes"][0]["percent"] = "x"
    for do in ("check", "keep"):
        answer = send_document(fresh, do=do, document=json.dumps(wrong))

        assert 422 == answer.status_code
        for place in ("charges[0].price", "charges[1]", "taxes[0].percent"):
            assert f"<code>{place}</code>" in answer.text
        assert "unknown field" in answer.text
        assert "cheap" in answer.text
    assert [] == database_rows(fresh, STORED_VERSIONS, code="home")


@pytest.mark.parametrize("name", ["home.toml", "home.json", "HOME.YML"])
def test_a_file_may_be_uploaded_in_each_of_the_three_ways_to_write_it(fresh: Console, name: str) -> None:
    toml = 'id = "home"\ncurrency = "KES"\nfrom = 2026-01-01\n[[charges]]\nkind = "energy"\nprice = "20.00"\n'
    yaml = 'id: home\ncurrency: KES\nfrom: 2026-01-01\ncharges:\n  - kind: energy\n    price: "20.00"\n'
    text = {"l": toml, "n": json.dumps(HOME), "L": yaml}[name[-1]]
    looked = send_document(fresh, do="check", document="", file=(io.BytesIO(text.encode()), name))

    assert 200 == looked.status_code, looked.text
    assert f'name="name" value="{name}"' in looked.text  # so that the second button reads it the same way
    assert 302 == send_document(fresh, document=text, name=name).status_code
    assert 1 == len(database_rows(fresh, STORED_VERSIONS, code="home"))


def test_a_new_version_ends_the_one_before_and_twice_is_once(fresh: Console) -> None:
    send_document(fresh, document=json.dumps(HOME))
    dearer = json.loads(json.dumps(HOME)) | {"from": "2027-01-01"}
    dearer["charges"][0]["price"] = "22.00"
    for _ in range(2):
        assert 302 == send_document(fresh, document=json.dumps(dearer)).status_code

    assert [("2026-01-01", "2027-01-01"), ("2027-01-01", None)] == [
        (row.since, row.until) for row in database_rows(fresh, STORED_VERSIONS, code="home")
    ]


def test_the_page_of_a_tariff_offers_its_newest_document_and_keeps_its_id(fresh: Console) -> None:
    send_document(fresh, document=json.dumps(HOME))
    (row,) = database_rows(fresh, "SELECT public_id FROM tariff WHERE code = 'home'")
    where = f"/tariffs/{row.public_id}/edit"
    page = fresh.sign_in("billing").get(where).text

    assert "&#34;20.00&#34;" in page
    undated = {key: value for key, value in HOME.items() if key != "from"}
    undated["charges"] = [{"kind": "energy", "price": "25.00"}]
    refused = send_document(fresh, where, document=json.dumps(undated))
    assert (422, True) == (refused.status_code, 'id="e-start"' in refused.text)
    assert 302 == send_document(fresh, where, document=json.dumps(undated), start="2027-03-01").status_code
    other = send_document(fresh, where, document=json.dumps(undated | {"id": "else"}), start="2027-04-01")
    assert (422, True) == (other.status_code, "is of else, not of home" in other.text)


def test_days_that_are_billed_keep_their_prices(fresh: Console) -> None:
    """INV-2 bills K-1 up to 9 November by the tariff T-K-1."""
    document = HOME | {"id": "T-K-1", "from": "2026-11-05"}
    refused = send_document(fresh, document=json.dumps(document))

    assert (422, True) == (refused.status_code, "Days up to 2026-11-09 are billed by this tariff" in refused.text)
    assert 302 == send_document(fresh, document=json.dumps(document | {"from": "2026-11-10"})).status_code


def test_who_may_not_write_sees_no_button(console: Console) -> None:
    assert "New tariff" not in console.sign_in("auditor").get("/tariffs").text
    assert 404 == console.sign_in("auditor").get("/tariffs/new").status_code
    assert 404 == console.sign_in("billing").get(f"/tariffs/{console.ids['T-K-3']}/edit").status_code
