import re
from pathlib import Path

import cloud_service
import common
from cloud_service.web.gateways.refusals import REFUSALS

GIVEN = re.compile(
    r'(?:DecodeError|InputError|BadMessageError)\([^)]*?code="(\w+)"|BadMessageError\("(\w+)"', re.DOTALL
)


def test_every_reason_that_ingest_and_messages_give_has_a_sentence_and_a_way_out() -> None:
    cloud, messages = Path(cloud_service.__file__).parent, Path(common.__file__).parent / "message"
    places = (messages, cloud / "flow" / "ingest", cloud / "store" / "metering")
    source = "\n".join(path.read_text() for place in places for path in sorted(place.glob("*.py")))
    given = {one or other for one, other in GIVEN.findall(source)}

    assert {"bad_time", "foreign_meter", "bad_digest", "unknown_gateway", "conflict"} <= given
    assert set() == given - REFUSALS.keys()
