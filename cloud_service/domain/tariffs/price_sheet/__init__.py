"""A tariff as a price sheet: the few rows that most tariffs are, made into a document and read back from one."""
