"""One action on many rows of a list: checked first, then done row by row by the steps of single forms."""
