"""The JSON Schema of tariff documents, made from the same types that check them."""

from typing import Any

import msgspec

from cloud_service.domain.tariff import Document

TITLE = "Tariff of energy-billing, format 1"


def tariff_schema() -> dict[str, Any]:
    """JSON Schema 2020-12. Decimals are text; numbers are taken too, by their exact digits."""
    (reference,), components = msgspec.json.schema_components([Document], ref_template="#/$defs/{name}")
    definitions = {name: _decimals(schema) for name, schema in components.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": TITLE,
        **reference,
        "$defs": definitions,
    }


def _decimals(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_decimals(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("format") == "decimal":
        kept = {key: value for key, value in schema.items() if key not in ("type", "format")}
        return {**kept, "type": ["string", "number"], "pattern": r"^-?\d+(\.\d+)?([eE][+-]?\d+)?$"}
    return {key: _decimals(value) for key, value in schema.items()}
