"""Units of COSEM registers by their enumeration."""

UNITS = {
    # DLMS unit codes that meters for electricity, gas, water and heat use
    13: "m3", 14: "m3", 15: "m3/h", 27: "W", 28: "VA", 29: "var", 30: "Wh", 31: "VAh", 32: "varh", 33: "A", 35: "V",
    44: "Hz", 8: "°", 9: "C", 7: "s",
}  # fmt: skip
