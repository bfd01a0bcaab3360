"""What a gateway is told of its streams: how far each is committed, what a restored database needs once more."""

from collections.abc import Sequence

from cloud_service.domain.metering.stream_position import StreamPosition
from cloud_service.flow.ingest.messages import OutgoingMessage
from cloud_service.store.database.session import Session
from cloud_service.store.metering import gateway_streams
from cloud_service.store.metering.gateway_streams import GatewayIdentity
from common.message import RANGES_MAX, Down, Receipt, Status, Topic, encode

CREDIT_READINGS = 40_000  # how many backlog readings a gateway may have on their way
Range = tuple[int, int]


def receipt(
    gateway: str,
    epoch: int,
    position: StreamPosition,
    *,
    now_ms: int,
    send_catalog: bool = False,
    resend: tuple[Range, ...] = (),
) -> OutgoingMessage:
    """The state of one stream. Where its gaps are too many to tell, it speaks only up to the last one it tells."""
    gaps = position.gaps
    receipt = Receipt(
        epoch=epoch,
        contiguous=position.contiguous,
        highest=position.highest if len(gaps) <= RANGES_MAX else gaps[RANGES_MAX][0] - 1,
        gaps=gaps[:RANGES_MAX],
        credit=CREDIT_READINGS,
        now_ms=now_ms,
        send_catalog=send_catalog,
        resend=resend[:RANGES_MAX],
    )
    return OutgoingMessage(str(Topic(gateway, Down.RECEIPT)), encode(receipt))


def resend_requests(
    session: Session, spoken: Sequence[tuple[GatewayIdentity, Status]], now_ms: int
) -> list[OutgoingMessage]:
    """Of each stream that holds receipts for more than is here, a receipt that asks for the difference again.

    Only a database that was restored from a backup is behind its receipts. A gateway notices that by itself for the
    stream it writes; of older ones, which owe nothing any more, it hears from nobody else.
    """
    held = {
        (gateway.id, epoch): (gateway.name, receipted)
        for gateway, status in spoken
        for epoch, receipted in status.streams
        if receipted
    }
    if not held:
        return []
    streams = gateway_streams.find_streams(session, list(held))
    at = gateway_streams.positions(session, {stream: epoch for (_, epoch), stream in streams.items()})
    replies = []
    for key, (gateway, receipted) in held.items():
        position = at[streams[key]] if key in streams else StreamPosition()
        if lost := position.missing(receipted):
            replies.append(
                receipt(gateway, key[1], position, now_ms=now_ms, send_catalog=key not in streams, resend=lost)
            )
    return replies
