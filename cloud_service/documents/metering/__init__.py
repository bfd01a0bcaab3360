"""What the meters behind a bill counted, as it is printed."""
