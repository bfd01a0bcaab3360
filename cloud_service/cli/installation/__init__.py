"""Commands for the installation itself: services, database, people, audit log."""
