"""Commands for tariffs."""
