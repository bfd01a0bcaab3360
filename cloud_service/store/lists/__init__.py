"""Lists that people look through: filtered, sorted and paged by the database; the same query for screen and file."""
