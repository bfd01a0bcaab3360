"""Commands for payments, reminders, prepaid accounts and the books."""
