"""How countries call the ids of a business."""

from cloud_service.domain.invoicing.tax_id_names import KINDS, NAMES, tax_id_name


def test_an_id_has_the_name_of_its_country_or_none() -> None:
    assert ("GSTIN", "EIN") == (tax_id_name("vat_id", "IN"), tax_id_name("tax_number", "US"))
    assert ("", "") == (tax_id_name("vat_id", "US"), tax_id_name("vat_id", "XX"))


def test_only_known_kinds_have_names() -> None:
    assert set(KINDS) == {kind for names in NAMES.values() for kind in names}
