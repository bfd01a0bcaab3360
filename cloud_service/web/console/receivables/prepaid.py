"""Prepaid: who has how much and how many days left, and the orders to connect and disconnect."""

from flask import Blueprint, render_template

from cloud_service.store.lookups import receivables
from cloud_service.web.access import May, access, scope
from cloud_service.web.database import session

blueprint = Blueprint("prepaid", __name__)


@blueprint.get("/prepaid")
@access(May.READ)
def index() -> str:
    """All prepaid accounts, those in need first."""
    return render_template(
        "console/prepaid.html",
        rows=receivables.prepaid(session(), scope()),
        commands=receivables.commands(session(), scope()),
    )
