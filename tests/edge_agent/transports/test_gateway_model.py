from pathlib import Path

import pytest

from common.errors import InputError, NotFoundError
from edge_agent.transports.gateway_model import GATEWAYS_DIR, gateway_ids, gateway_model


@pytest.mark.parametrize("gateway_id", gateway_ids())
def test_every_gateway_file_is_sound_and_names_its_source(gateway_id: str) -> None:
    model = gateway_model(gateway_id)

    assert (GATEWAYS_DIR / f"{gateway_id}.toml").read_text().startswith("# Source: ")
    assert model.ports
    assert len(model.ports) == len({port.device for port in model.ports})


def test_an_unknown_gateway_is_not_found() -> None:
    with pytest.raises(NotFoundError, match="no gateway"):
        gateway_model("../meters/eastron_sdm630")


def test_a_wrong_field_is_named(tmp_path: Path) -> None:
    (tmp_path / "box.toml").write_text('id = "box"\nmaker = "x"\nmodels = []\nports = []\nspeed = 3\n')

    with pytest.raises(InputError, match="speed"):
        gateway_model("box", tmp_path)
