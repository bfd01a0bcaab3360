"""Each kind of e-invoice names the specification that it follows."""

from cloud_service.documents.einvoice.kinds import EN16931, KINDS


def test_each_kind_names_its_specification() -> None:
    named = {name: kind.specification for name, kind in KINDS.items()}

    assert EN16931 == named["einvoice_cii"] == named["einvoice_ubl"]
    assert named["xrechnung_ubl"].endswith("#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0")
    assert named["peppol_ubl"].endswith("#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0")
