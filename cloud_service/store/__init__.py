"""What is remembered: tables and named queries, one module an area. SQLAlchemy is imported in here only."""
