"""One file a kind of price; `CHARGES` is the only list of them."""

from cloud_service.domain.charge import Charge
from cloud_service.domain.charges.energy import Energy
from cloud_service.domain.charges.standing import Standing

CHARGES: dict[str, type[Charge]] = {
    "energy": Energy,
    "standing": Standing,
}
AnyCharge = Energy | Standing
