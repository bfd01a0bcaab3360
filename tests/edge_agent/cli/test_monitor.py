"""`energy-edge monitor`: one meter, live."""

from tests.edge_agent.cli.meters_beside import beside, sdm630


def test_monitor_prints_one_object_a_poll() -> None:
    arguments = ("monitor", "PORT", "1", "--profile", "eastron_sdm630", "--register", "frequency", "--interval", "0.1")
    code, output, _ = beside(sdm630, *arguments, "--count", "2")

    assert (0, 2) == (code, output.count("frequency"))
