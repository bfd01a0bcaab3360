"""What the histories leave out until it is mended, and why: each is a fault that they have found."""

KNOWN = {
    "share": "two bills of a contract in one run both take a waiting line up",
    "difference": "two bills of a contract in one run both take a waiting line up; nobody bills those who left",
    "exchange over billed days": "their bills are not marked as late",
    "shortened before the next tenant": "the owner does not pay for the days in between",
}
