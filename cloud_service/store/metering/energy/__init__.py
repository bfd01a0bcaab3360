"""Energy over a span of days, read from the validated days."""
