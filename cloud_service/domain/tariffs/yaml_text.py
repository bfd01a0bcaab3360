"""YAML as people write tariffs: safe, numbers with a point are exact decimals, a key twice is refused."""

from decimal import Decimal
from typing import Any

import yaml

from common.errors import InputError


class _Exact(yaml.SafeLoader):
    """The safe loader without floats and without repeated keys."""


def _decimal(loader: _Exact, node: yaml.ScalarNode) -> Decimal:
    text = str(loader.construct_scalar(node)).replace("_", "")
    return Decimal(text.replace(".inf", "Infinity").replace(".nan", "NaN"))


def _mapping(loader: _Exact, node: yaml.MappingNode) -> dict[Any, Any]:
    pairs = loader.construct_pairs(node, deep=True)
    if len({key for key, _ in pairs}) != len(pairs):
        raise InputError(f"line {node.start_mark.line + 1}: a key is there twice")
    return dict(pairs)


_Exact.add_constructor("tag:yaml.org,2002:float", _decimal)
_Exact.add_constructor("tag:yaml.org,2002:map", _mapping)


def load_yaml(text: str) -> Any:
    """The value of a YAML text."""
    try:
        return yaml.load(text, Loader=_Exact)  # noqa: S506 -- a SafeLoader with stricter numbers
    except yaml.YAMLError as error:
        raise InputError(f"this is not YAML: {error}") from error
