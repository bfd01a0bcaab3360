"""What an installer needs: search, line check, decoding."""
