"""Settings: legal entities with their numbers and banks, sites, currency rates, and how this installation is set."""

from flask import Blueprint, current_app, render_template

from cloud_service.domain.invoicing.tax_id_names import tax_id_name
from cloud_service.domain.receivables.bank_schemes import printed_parts
from cloud_service.store.delivery import mail_relay as stored_relay
from cloud_service.store.lookups import settings as configured
from cloud_service.web.access import May, access, scope
from cloud_service.web.database import session
from cloud_service.web.language.sentences import gettext as _

blueprint = Blueprint("settings", __name__)


@blueprint.get("/settings")
@access(May.MANAGE)
def index() -> str:
    """Everything that is set, secrets left out."""
    settings = current_app.extensions["settings"]
    deployment = (
        ("PUBLIC_URL", settings.public_url, _("The address in mails and payment pages.")),
        ("MQTT_HOST", f"{settings.mqtt.host}:{settings.mqtt.port}", _("The broker that gateways send to.")),
        ("PAYMENT_PROVIDER", settings.payment_provider, _("Whose payment pages bills link to.")),
        ("ENERGY_DEMO", _("yes") if settings.demo else _("no"), _("Whether this is the example operator.")),
    )
    relay = settings.mail or stored_relay.relay(session())
    return render_template(
        "console/settings.html",
        entities=configured.entities(session(), scope()),
        deployment=deployment,
        may_add_company=scope().entities is None,
        printed_parts=printed_parts,
        tax_id_name=tax_id_name,
        relay=relay,
    )
