"""The agent next to the meters: polls, buffers on disk, sends, forgets only on the cloud's receipt."""
