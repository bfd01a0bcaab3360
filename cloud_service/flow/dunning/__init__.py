"""Around reminders: the rules of a company, interest, accounts that rest, and what of it runs by itself."""
