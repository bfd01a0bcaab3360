"""The way to the cloud: what is owed (`outbox`), the MQTT connection (`link`), the task that joins both (`session`)."""

from edge_agent.uplink.outbox import UplinkMessage, UplinkOutbox
from edge_agent.uplink.session import Uplink

__all__ = ["Uplink", "UplinkMessage", "UplinkOutbox"]
