"""One file a kind of price; `CHARGES` is the only list of them."""

from cloud_service.domain.charges.capacity import Capacity
from cloud_service.domain.charges.demand import Demand
from cloud_service.domain.charges.energy import Energy
from cloud_service.domain.charges.export import Export
from cloud_service.domain.charges.minimum import Minimum
from cloud_service.domain.charges.percentage import Percentage
from cloud_service.domain.charges.power_factor import PowerFactor
from cloud_service.domain.charges.reactive import Reactive
from cloud_service.domain.charges.spot import Spot
from cloud_service.domain.charges.standing import Standing
from cloud_service.domain.pricing.charge import Charge

CHARGES: dict[str, type[Charge]] = {
    "energy": Energy,
    "demand": Demand,
    "capacity": Capacity,
    "standing": Standing,
    "export": Export,
    "spot": Spot,
    "reactive": Reactive,
    "power_factor": PowerFactor,
    "percentage": Percentage,
    "minimum": Minimum,
}
AnyCharge = Energy | Demand | Capacity | Standing | Export | Spot | Reactive | PowerFactor | Percentage | Minimum

__all__ = [
    "CHARGES",
    "AnyCharge",
    "Capacity",
    "Demand",
    "Energy",
    "Export",
    "Minimum",
    "Percentage",
    "PowerFactor",
    "Reactive",
    "Spot",
    "Standing",
]
