"""An e-invoice of somebody else is read by the step that command and pages share."""

from cloud_service.documents.einvoice.render import render
from cloud_service.flow.invoicing.received_einvoice import read_einvoice
from tests.cloud_service.documents.papers import taxed_paper


def test_what_came_in_says_who_and_how_much() -> None:
    received = read_einvoice(render(taxed_paper()))

    assert ("Nordlicht Energie GmbH", "649.93") == (received.seller, str(received.total))
