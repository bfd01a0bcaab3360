"""The JSON Schema of tariff documents, made from the same types that check them."""

from typing import Any

import msgspec

from cloud_service.domain.tariffs.document import Document
from cloud_service.domain.tariffs.document_check import NUMBER

TITLE = "Tariff of energy-billing, format 1"


def tariff_schema() -> dict[str, Any]:
    """JSON Schema 2020-12. Decimals are text; numbers are taken too, by their exact digits."""
    (reference,), components = msgspec.json.schema_components([Document], ref_template="#/$defs/{name}")
    definitions = {name: _decimals(schema) for name, schema in components.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": TITLE,
        "anyOf": [reference, {"$ref": "#/$defs/Versions"}],
        "$defs": {**definitions, "Versions": _versions(definitions["Document"]["properties"])},
    }


def _versions(fields: dict[str, Any]) -> dict[str, Any]:
    """Several versions in one document; what stands outside of them holds for each."""
    version = {"type": "object", "properties": fields, "additionalProperties": False}
    return {
        **version,
        "title": "Versions",
        "description": "Several versions of a tariff; what stands outside of `versions` holds for each of them.",
        "properties": {**fields, "versions": {"type": "array", "minItems": 1, "items": version}},
        "required": ["versions"],
    }


def _decimals(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_decimals(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("format") == "decimal":
        keywords = {key: value for key, value in schema.items() if key not in ("type", "format")}
        return {**keywords, "type": ["string", "number"], "pattern": f"^{NUMBER}$"}
    return {key: _decimals(value) for key, value in schema.items()}
