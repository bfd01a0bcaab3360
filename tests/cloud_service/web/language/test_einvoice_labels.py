"""Kinds of e-invoice and their rules have a word for each that there is."""

from typing import get_args

from cloud_service.documents.einvoice.kinds import KINDS, Profile
from cloud_service.web.language.einvoice_labels import OF_PAPERS


def test_every_kind_of_e_invoice_and_each_family_of_rules_has_its_word() -> None:
    assert set(KINDS) <= set(OF_PAPERS["einvoice"])
    assert set(get_args(Profile)) == set(OF_PAPERS["rules_family"])
