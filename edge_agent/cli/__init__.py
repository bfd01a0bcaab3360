"""Commands of the agent: the installer's tools, and those that run it."""
