"""Energy over a span of days: which registers count, what they are compared with, what lies between main and sub-meters."""
