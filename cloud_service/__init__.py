"""The cloud: receives readings, validates, rates, invoices, collects; `README.md` draws the flow."""
