"""Usage and a tariff in, priced lines out."""
