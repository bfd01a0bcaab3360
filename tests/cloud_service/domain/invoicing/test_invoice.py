"""What an invoice is frozen from."""
