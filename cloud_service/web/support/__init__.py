"""The support desk: find whoever calls, see what they see, touch nothing."""
