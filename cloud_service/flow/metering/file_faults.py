"""What is wrong with a table of readings, row by row: what cannot be read, and meters that nobody knows."""

from datetime import UTC, datetime

from cloud_service.domain.metering.meterdata import BadFileError, MeterDataFile, text_lines
from cloud_service.domain.metering.meterdata.table_check import RegisterRows, check_rows
from cloud_service.store.database.session import Session
from cloud_service.store.metering import imported_files, meter_data_files
from cloud_service.store.metering.readings import StoredRegister
from cloud_service.store.scope import Scope

UNKNOWN_HINT = "write it as it is called here, or make the meter first"


def faults_of(
    session: Session, source: MeterDataFile, scope: Scope, most: int, *, makes_meters: bool
) -> list[BadFileError]:
    """At most so many faults in the order of the rows; of a meter that is not known the first row, with their number.

    Only tables are looked at row by row; none where the header is wrong already.
    """
    if source.format_name != "csv":
        return []
    with source.open() as file:
        try:
            check = check_rows(text_lines(file), source.options.mapping, most)
        except BadFileError:
            return []
    faults = check.faults + _register_faults(session, list(check.registers.values()), scope, makes_meters=makes_meters)
    return sorted(faults, key=lambda fault: fault.line)[:most]


def _register_faults(
    session: Session, registers: list[RegisterRows], scope: Scope, *, makes_meters: bool
) -> list[BadFileError]:
    if not registers:
        return []
    keys = [
        (rows.channel.meter, rows.channel.register, datetime.fromtimestamp(rows.first_ms // 1000, UTC))
        for rows in registers
    ]
    stored = meter_data_files.registers(session, keys)
    outside = _outside(session, stored, scope)
    unread = meter_data_files.never_read(session, [each.id for each in stored.values()])
    faults = []
    for rows in registers:
        key = rows.channel.meter, rows.channel.register
        if key in outside or (key not in stored and not makes_meters):
            faults.append(_unknown(rows))
        elif key in stored and (fault := _other_register(rows, stored[key], is_read=stored[key].id not in unread)):
            faults.append(fault)
    return faults


def _outside(session: Session, stored: dict[tuple[str, str], StoredRegister], scope: Scope) -> set[tuple[str, str]]:
    """Registers of somebody else; they are looked at one by one only where there are any."""
    if not stored or not imported_files.meters_outside(session, [each.id for each in stored.values()], scope):
        return set()
    return {key for key, each in stored.items() if imported_files.meters_outside(session, [each.id], scope)}


def _unknown(rows: RegisterRows) -> BadFileError:
    count = f"{rows.count} rows name it" if rows.count > 1 else "one row names it"
    return BadFileError(
        f"no meter {rows.channel.meter} with register {rows.channel.register}; {count}", line=rows.line, field="meter",
        hint=UNKNOWN_HINT,
    )  # fmt: skip


def _other_register(rows: RegisterRows, stored: StoredRegister, *, is_read: bool) -> BadFileError | None:
    channel = rows.channel
    name = f"register {channel.meter} {channel.register}"
    if is_read and stored.kind != channel.kind:
        return BadFileError(
            f"{name} is stored as {stored.kind}, the file has {channel.kind} values", line=rows.line, field="kind"
        )
    if channel.unit and channel.unit != stored.unit:
        return BadFileError(f"{name} counts {stored.unit}, the file has {channel.unit}", line=rows.line, field="unit")
    return None
