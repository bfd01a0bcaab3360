"""Engine, sessions, rows in bulk, jobs, errors of the database."""
