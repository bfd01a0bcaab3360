"""What the prices of a meter's counters leave open: a price, a name on the bill, the counter; each at its cell."""

from cloud_service.domain.tariffs.price_sheet.sheet import REGISTERS, CounterPrice, Item, register_of
from common.errors import InputError

ELECTRIC = ("import", "export")


def missing_price(path: str) -> InputError:
    """A cell that needs a price and has none."""
    return InputError("a price is missing", path=path, hint="0 where it costs nothing")


def counter_faults(rows: tuple[CounterPrice, ...], utility: str) -> list[InputError]:
    """All that keeps the rows from pricing each counter once."""
    if not rows:
        return [InputError("no counter has a price", path="counters-0-price")]
    registers = [register_of(row.counter, utility) for row in rows]
    faults = []
    for index, row in enumerate(rows):
        if row.price is None:
            faults.append(missing_price(f"counters-{index}-price"))
        if not row.label.strip():
            faults.append(InputError("what is this counter called on the bill?", path=f"counters-{index}-label"))
        faults += _counter(row, utility, f"counters-{index}-counter", is_again=registers[index] in registers[:index])
    return faults


def _counter(row: CounterPrice, utility: str, path: str, *, is_again: bool) -> list[InputError]:
    register, name = REGISTERS[utility], row.counter.strip()
    hint = f"as the sheet of meters and the readings name it, for example {register}_day"
    if not name:
        return [InputError("which counter?", path=path, hint=hint)]
    if name == register:
        return [InputError(f"{name} is a meter with one counter", path=path, hint=hint)]
    if name.partition("_")[0] in ELECTRIC and name.partition("_")[0] != register:
        return [InputError(f"{name} does not count what is used of {utility}", path=path, hint=hint)]
    return [InputError(f"{name} has a price already", path=path, hint="one row a counter")] if is_again else []


def unread_item(item: Item, path: str) -> list[InputError]:
    """Refuse what counters read by hand cannot say: one use of all together, and a highest demand."""
    if item.per == "unit":
        text = "with a price for each counter there is no item a unit"
        return [InputError(text, path=path, hint="add it to the price of each counter")]
    if item.per == "kw":
        text = "counters do not say the highest demand"
        return [InputError(text, path=path, hint="a price of demand needs a meter that sends its readings")]
    return []
