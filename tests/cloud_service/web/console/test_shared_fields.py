import pytest
from flask.testing import FlaskClient

from cloud_service.web.console.shared_fields import document_faults
from common.errors import ConflictError, InputError
from tests.cloud_service.web.conftest import Console, post


def test_who_has_one_legal_entity_is_not_asked_for_it(console: Console, admin: FlaskClient) -> None:
    assert 'name="entity"' not in admin.get("/shared/new").text
    assert 'name="entity"' in console.sign_in("root").get("/shared/new").text


def test_who_has_several_chooses_and_only_among_these(console: Console) -> None:
    root, where = console.sign_in("root"), "/settings/sites/new"
    page = root.get(where).text
    answer = post(root, where, where, entity="Mars", name="Yard", timezone="UTC", currency="EUR")

    assert ("Kilo Ltd</option>" in page, "Zeta GmbH</option>" in page) == (True, True)
    assert (422, True) == (answer.status_code, 'id="e-entity"' in answer.text)


def test_a_fault_of_a_document_stands_at_the_field_with_its_place() -> None:
    with pytest.raises(InputError) as refused, document_faults():
        raise InputError("not a number", path="charges[0].price", hint="for example 0.30")

    assert ("charges[0].price: not a number", "document", "for example 0.30") == (
        refused.value.message,
        refused.value.path,
        refused.value.hint,
    )


def test_a_fault_of_the_whole_document_has_no_place_before_it() -> None:
    with pytest.raises(InputError, match=r"^split: empty$"), document_faults("split"):
        raise InputError("empty")


def test_what_does_not_fit_the_present_state_passes_unchanged() -> None:
    with pytest.raises(ConflictError, match=r"^taken$"), document_faults():
        raise ConflictError("taken")
