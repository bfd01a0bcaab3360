"""The head of a gateway's site file: who it is and how it enters the broker. The meters are the installer's part."""

HEAD = """\
[gateway]
id = "{gateway}"
data = "/var/lib/energy-edge"

[uplink]
broker = "{broker}"
username = "{gateway}"
password_file = "{gateway}.password"{authority}
"""
OWN_AUTHORITY = '\nca_file = "ca.crt"'


def site_file_head(gateway: str, broker: str, *, own_authority: bool = False) -> str:
    """Ready for `energy-edge`: the password lies in a file beside it, and so does an authority's `ca.crt`."""
    return HEAD.format(gateway=gateway, broker=broker, authority=OWN_AUTHORITY if own_authority else "")
