"""Prepaid accounts: the balance now, warnings once per crossing, and cutting and restoring supply.

Balance = credit in the ledger − open invoices − consumption rated since the last invoice. Nothing is kept up to date by
adding: it is worked out from the books and the readings each time, so no order of events can make it wrong.
"""

from cloud_service.flow.prepaid.orders import finish_order
from cloud_service.flow.prepaid.review import PrepaidChange, review, review_page

__all__ = ["PrepaidChange", "finish_order", "review", "review_page"]
