"""What the histories leave out until it is mended, and why: each is a fault that they have found."""

KNOWN = {
    "exchange over billed days": "their bills are not marked as late",
}
