"""What devices have sent of themselves and nobody has taken yet, per device and topic, with a limit."""

from collections import OrderedDict
from collections.abc import Sequence

from common.profile import MeterProfile
from edge_agent.drivers.codecs.json_values import Message, values_by_register
from edge_agent.drivers.interface import MeterSilent, RegisterValue, register_names
from edge_agent.drivers.values import as_values, with_parts

DEVICES_MAX = 1000
TOPICS_MAX = 50


class PushedMessages:
    """The newest message of each topic of each device."""

    def __init__(self) -> None:
        self.messages: OrderedDict[str, dict[str, Message]] = OrderedDict()
        self.given: dict[str, list[Message]] = {}

    def put(self, device: str, message: Message) -> None:
        """Keep a message; of too many devices the one silent for longest is forgotten."""
        topics = self.messages.setdefault(device, {})
        if message.topic in topics or len(topics) < TOPICS_MAX:
            topics[message.topic] = message
        self.messages.move_to_end(device)
        if len(self.messages) > DEVICES_MAX:
            self.messages.popitem(last=False)

    def values(self, device: str, profile: MeterProfile, registers: Sequence[str], where: str) -> list[RegisterValue]:
        """The values of what has come since the last commit; MeterSilent if nothing has."""
        names = register_names(profile, registers)
        messages = list(self.messages.get(device, {}).values())
        by_register = values_by_register(profile, messages, with_parts(profile, names))
        if not by_register:
            hint = "does it send, and is the topic or address right?"
            raise MeterSilent("no new message has come", path=f"{where} {device}", hint=hint)
        self.given[device] = messages
        values = []
        for name in names:
            addends = with_parts(profile, [name])
            used = [by_register[addend] for addend in addends if addend in by_register]
            if not used:
                continue
            at_ms, own_time = max(source.at_ms for source in used), all(source.meter_time for source in used)
            exact = {addend: by_register[addend].exact for addend in addends if addend in by_register}
            values += as_values(profile, [name], exact, at_ms, meter_time=own_time)
        return values

    def committed(self, device: str) -> None:
        """Forget what was handed over, unless something newer has come since."""
        topics = self.messages.get(device, {})
        for message in self.given.pop(device, []):
            if topics.get(message.topic) is message:
                del topics[message.topic]
