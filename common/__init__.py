"""What gateway and cloud say to each other; imports the standard library and msgspec only."""
