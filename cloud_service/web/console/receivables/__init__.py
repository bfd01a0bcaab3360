"""Pages of payments, reminders, prepaid accounts and the books."""
