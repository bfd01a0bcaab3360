"""The units of bills by their codes of UN/ECE recommendation 20."""

PIECE = "C62"
CODES = {
    "Wh": "WHR", "kWh": "KWH", "MWh": "MWH", "GWh": "GWH", "MJ": "3B", "GJ": "GV", "W": "WTT", "kW": "KWT",
    "MW": "MAW", "kVA": "KVA", "MVA": "MVA", "kVAh": "C79", "var": "D44", "kvar": "KVR", "Mvar": "MAR", "kvarh": "K3",
    "Mvarh": "MAH", "m³": "MTQ", "m3": "MTQ", "l": "LTR", "hl": "HLT", "m²": "MTK", "m2": "MTK", "kg": "KGM",
    "t": "TNE", "A": "AMP", "hour": "HUR", "day": "DAY", "week": "WEE", "month": "MON", "year": "ANN", "%": "P1",
    "": PIECE, "piece": PIECE, "pieces": PIECE, "units": PIECE, "m³/h": "MQH", "m3/h": "MQH",
    "ft³": "FTQ", "ft3": "FTQ", "gal": "GLL", "therm": "N72",
}  # fmt: skip


def unit_code(unit: str) -> str | None:
    """The code of a unit; None where the list has none, or the unit is one of our own."""
    return CODES.get(unit.strip())
