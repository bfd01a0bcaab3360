"""The reader's language: which it is, the sentences in it, how codes, numbers and days are written."""
