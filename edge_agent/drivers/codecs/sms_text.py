"""Values in the text of a message, by the patterns of a profile; pure."""

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from common.profile import MeterProfile
from edge_agent.drivers.values import ExactValue

CUT = re.compile(r"\d[.,']?$")  # what stands before a number that is only the end of another
GROUP_DIGITS = 3
GROUP = re.compile(r"\d[ \u00a0]$")


def values_in_text(profile: MeterProfile, text: str, names: Sequence[str]) -> dict[str, ExactValue]:
    """Exact value and text of each register whose pattern is found in a message."""
    values = {}
    for name in names:
        register = profile.registers[name]
        match = re.search(register.pattern, text) if register.pattern else None
        if match is None or _is_cut(text, match):
            continue
        try:
            value = Decimal(match[1].replace(",", ".").replace(" ", ""))
        except (InvalidOperation, IndexError):
            continue
        values[name] = ExactValue(value * register.scale, match[0].encode())
    return values


def _is_cut(text: str, match: re.Match[str]) -> bool:
    """Whether a pattern took only the end of a longer number: `234,5` of `1.234,5`, or `432` of `32 432`."""
    start = match.start(1) if match.re.groups else -1
    if start != match.start():  # the pattern itself says what stands before its number
        return False
    before, first = text[:start], re.match(r"\d*", match[1])
    return bool(CUT.search(before) or (GROUP.search(before) and first and len(first[0]) == GROUP_DIGITS))
