"""A letter and what goes behind it as one PDF."""

from collections.abc import Sequence
from io import BytesIO

import pikepdf


def joined(first: bytes, following: Sequence[bytes]) -> bytes:
    """The pages of all of them in their order; one alone stays byte for byte as it is."""
    if not following:
        return first
    out = BytesIO()
    with pikepdf.open(BytesIO(first)) as whole:
        for body in following:
            with pikepdf.open(BytesIO(body)) as more:
                whole.pages.extend(more.pages)
        whole.save(out, deterministic_id=True)
    return out.getvalue()
