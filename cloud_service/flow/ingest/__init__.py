"""From messages of gateways to committed readings and receipts: each reading once, each bad message aside.

One call takes the messages that wait, stores them in one transaction and answers with what to publish. A receipt says
only what is committed. If the database refuses the lot, each message is tried alone, and the one at fault goes into
quarantine; if the database does not answer, UnavailableError says so and nothing is lost: the gateways still have it.
"""

from cloud_service.flow.ingest.ingester import Ingester
from cloud_service.flow.ingest.messages import IncomingMessage, IngestOutcome, OutgoingMessage

__all__ = ["IncomingMessage", "IngestOutcome", "Ingester", "OutgoingMessage"]
