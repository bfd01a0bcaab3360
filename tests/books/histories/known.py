"""What the histories leave out until it is mended, and why: each is a fault that they have found."""

KNOWN: dict[str, str] = {  # turn -> reason
}
