"""Payment companies: one file each, one list."""

from collections.abc import Callable

from cloud_service.payments.interface import ForgedError, PaymentAsk, PaymentLink, Provider, ProviderPayment, Refund
from cloud_service.payments.simulated import Simulated
from cloud_service.settings import Settings
from common.errors import InputError


def _simulated(settings: Settings) -> Provider:
    return Simulated(settings.payment_url, settings.payment_secret, settings.payment_webhook_secret)


def _stripe(settings: Settings) -> Provider:
    from cloud_service.payments.stripe import Stripe  # a large library: loaded where it is used

    return Stripe(settings.payment_secret, settings.payment_webhook_secret, url=settings.payment_url)


PROVIDERS: dict[str, Callable[[Settings], Provider]] = {
    "simulated": _simulated,
    "stripe": _stripe,
}


def provider(settings: Settings) -> Provider | None:
    """The payment company of this deployment; None where bills are paid by transfer only."""
    if not settings.payment_provider:
        return None
    make = PROVIDERS.get(settings.payment_provider)
    if make is None:
        raise InputError(
            f"{settings.payment_provider!r} is no payment provider we know",
            path="PAYMENT_PROVIDER",
            hint=", ".join(PROVIDERS),
        )
    return make(settings)


__all__ = [
    "PROVIDERS",
    "ForgedError",
    "PaymentAsk",
    "PaymentLink",
    "Provider",
    "ProviderPayment",
    "Refund",
    "provider",
]
