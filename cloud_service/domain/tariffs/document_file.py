"""Tariff documents from files and texts: JSON, TOML or YAML. Numbers with a point become exact decimals."""

import json
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from common.errors import InputError


def read_document(path: Path) -> dict[str, Any]:
    """The mapping in a JSON, TOML or YAML file; numbers with a point become exact decimals."""
    text = read_text(path)
    try:
        return parse_document(text, path.suffix.lower())
    except InputError as error:
        raise InputError(
            error.message, path=f"{path}: {error.path}" if error.path else str(path), hint=error.hint
        ) from error


def read_text(path: Path) -> str:
    """The text of a file in UTF-8."""
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the file cannot be read: {error}", path=str(path)) from error


def _refuse_duplicate_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; a name that is there twice is refused, for one of its values would not count."""
    fields = dict(pairs)
    if len(fields) != len(pairs):
        twice = next(name for index, (name, _) in enumerate(pairs) if name in dict(pairs[:index]))
        raise InputError(f"{twice!r} is there twice", path=twice)
    return fields


def parse_document(text: str, suffix: str) -> dict[str, Any]:
    """The mapping in a text; `suffix` is .toml, .yaml, .yml or .json."""
    try:
        if suffix == ".toml":
            document: Any = tomllib.loads(text, parse_float=Decimal)
        elif suffix in (".yaml", ".yml"):
            from cloud_service.domain.tariffs.yaml_text import load_yaml  # only where somebody writes YAML

            document = load_yaml(text)
        else:
            document = json.loads(text, parse_float=Decimal, object_pairs_hook=_refuse_duplicate_keys)
    except ValueError as error:
        raise InputError(f"this is not a {suffix or '.json'} document: {error}") from error
    if not isinstance(document, dict):
        raise InputError("a tariff document is a mapping")
    return document
