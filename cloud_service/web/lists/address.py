"""The address of the page that is shown, changed a little: another order, another page, the same filters."""

from typing import Any
from urllib.parse import urlencode

from flask import request


def here(path: str = "", /, **changes: Any) -> str:
    """The present address with some parameters changed; None takes one out. A changed list starts at its first page."""
    args = request.args.to_dict(flat=False)
    if set(changes) - {"page"}:
        args.pop("page", None)
    for name, value in changes.items():
        args.pop(name, None)
        if value is not None and value != "":
            args[name] = [str(entry) for entry in value] if isinstance(value, list | tuple) else [str(value)]
    query = urlencode([(name, value) for name, values in args.items() for value in values if value])
    return (path or request.path) + (f"?{query}" if query else "")
