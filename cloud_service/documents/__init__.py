"""Values in, bytes out: invoices, statements, reminders, e-invoices, tables. No database and no clock in here."""
