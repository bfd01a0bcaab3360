"""The rules of energy money: pure functions and values; no framework, database, clock or network in here."""
