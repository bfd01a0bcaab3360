"""Pages of bills, billing runs and corrections."""
