"""Energy over a span of days: which registers count, what it is compared with, what is lost behind main meters."""
