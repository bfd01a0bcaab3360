"""Bills in advance: their plans, their amounts and taxes, what settles them."""
