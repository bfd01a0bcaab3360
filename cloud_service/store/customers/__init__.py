"""Who issues, who owes, what they are supplied with."""
