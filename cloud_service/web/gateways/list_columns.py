"""Columns of lists of gateways, for console and support desk."""

from typing import Any

from flask import url_for

from cloud_service.web.language.sentences import lazy_gettext as _l
from cloud_service.web.lists.column import Column


def _to_gateway(row: Any) -> str:
    return url_for("gateways.show", public_id=row.public_id)


COLUMNS = (
    Column("name", _l("Gateway"), link=_to_gateway, strong=True),
    Column("site", _l("Site")),
    Column("state", _l("State"), "state"),
    Column("last_seen_at", _l("Last seen"), "ago"),
    Column("meters_read", _l("Meters read"), sortable=False),
    Column("waiting", _l("Waiting readings"), "number", sortable=False),
    Column("gaps", _l("Gaps"), "number", sortable=False),
    Column("refused", _l("Refused messages"), "number", sortable=False),
    Column("version", _l("Software"), sortable=False),
)
