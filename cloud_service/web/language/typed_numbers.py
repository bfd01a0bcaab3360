"""Exact numbers as a person types them, in the reader's own writing: 1,234.5 in English, 1.234,5 in German."""

import unicodedata
from decimal import Decimal

from babel.numbers import NumberFormatError, format_decimal, get_decimal_symbol, get_group_symbol, parse_decimal

from cloud_service.domain.money import currency_digits
from cloud_service.web.language.formatting import locale
from cloud_service.web.language.sentences import gettext as _
from common.errors import InputError

DIGITS_MAX = 40  # longer is no number of ours, and costs time to take apart


def typed_number(text: str, path: str = "") -> Decimal:
    """The number; InputError at `path` where it is none or its signs are not the reader's, with an example of those."""
    bare = _in_readers_signs("".join(text.split()))
    example = format_decimal(Decimal("1234.5"), locale=locale())
    if len(bare) <= DIGITS_MAX and any(sign.isdigit() for sign in bare):
        try:
            number: Decimal = parse_decimal(bare, locale=locale(), strict=True)
        except NumberFormatError:
            pass
        else:
            if number.is_finite():
                return number
    raise InputError(
        _("'%(text)s' is not a number", text=text), path=path, hint=_("for example %(number)s", number=example)
    )


def _in_readers_signs(text: str) -> str:
    """Digits of any writing as 0 to 9, Arabic marks as the reader's: people type ٣١٨٫٧٤٢ where pages show 318.742."""
    digits = (str(unicodedata.decimal(sign, sign)) for sign in text)
    return "".join(digits).replace("٫", get_decimal_symbol(locale())).replace("٬", get_group_symbol(locale()))


def number_as_typed(value: Decimal) -> str:
    """A number as its reader would type it: all its digits, no grouping; `typed_number` reads the same number again."""
    return _written(value, max(-int(value.as_tuple().exponent), 0))


def amount_as_typed(value: Decimal, currency: str) -> str:
    """Money as its reader would type it: with the digits of its currency, no grouping."""
    return _written(value, currency_digits(currency))


def _written(value: Decimal, decimals: int) -> str:
    return str(format_decimal(value, "0." + "0" * decimals if decimals else "0", locale=locale()))
