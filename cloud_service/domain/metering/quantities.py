"""What a register counts, by the unit in which it does."""

QUANTITIES = {
    "kWh": "active_energy", "kvarh": "reactive_energy", "kVAh": "apparent_energy",
    "m3": "volume", "ft3": "volume", "gal": "volume",
}  # fmt: skip
