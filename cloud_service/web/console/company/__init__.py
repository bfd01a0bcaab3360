"""What is set once for a company: its number series, its currency rates, how it is paid."""
