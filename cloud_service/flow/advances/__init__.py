"""Advance plans: set, changed, ended; their bills issued; an amount proposed."""
