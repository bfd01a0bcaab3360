"""Steps for who issues, who owes and what they are supplied with."""
