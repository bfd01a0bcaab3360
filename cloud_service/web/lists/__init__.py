"""What all lists have: addresses, files, the columns that a person chose, what is done with many at once."""
