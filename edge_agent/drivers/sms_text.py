"""Values in the text of a message, by the patterns of a profile; pure."""

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from common.profile import MeterProfile


def matched(profile: MeterProfile, text: str, names: Sequence[str]) -> dict[str, tuple[Decimal, bytes]]:
    """Exact value and text of each register whose pattern is found in a message."""
    found = {}
    for name in names:
        register = profile.registers[name]
        match = re.search(register.pattern, text) if register.pattern else None
        if match is None:
            continue
        try:
            value = Decimal(match[1].replace(",", ".").replace(" ", ""))
        except (InvalidOperation, IndexError):
            continue
        found[name] = (value * register.scale, match[0].encode())
    return found
