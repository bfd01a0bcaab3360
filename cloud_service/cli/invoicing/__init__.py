"""Commands for bills, billing runs and corrections."""
