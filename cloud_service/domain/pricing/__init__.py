"""What every kind of price is made of: usage, blocks, lines, taxes."""
