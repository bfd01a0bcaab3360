"""What pages need of the world outside and may not touch themselves: the payment page of a bill."""

from flask import current_app, url_for

from cloud_service.store.lookups.invoice_page import InvoicePage


def pay_address(page: InvoicePage) -> str:
    """The lasting address where the bill can be paid; empty where nothing is due or no provider is set up."""
    if current_app.extensions.get("provider") is None or page.outstanding <= 0 or page.invoice.kind != "invoice":
        return ""
    public_url: str = current_app.extensions["settings"].public_url
    return public_url + url_for("pay.show", public_id=page.invoice.public_id)
