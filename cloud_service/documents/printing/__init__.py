"""Many bills as one file to print, joined page by page."""
