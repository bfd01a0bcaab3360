from common.profile import find
from edge_agent.drivers.codecs.modbus_plan import plan, split
from edge_agent.drivers.values import with_parts
from tests.edge_agent.builders import make_profile

KWH = 'unit = "kWh", kind = "index"'


def requests(profile_text: str, more: str = "") -> list[tuple[int, int, int]]:
    profile = make_profile(profile_text, more=more)
    return [(block.function, block.address, block.count) for block in plan(profile, tuple(profile.registers))]


def test_all_registers_of_an_sdm630_take_three_requests() -> None:
    profile = find("eastron_sdm630")

    assert 3 >= len(plan(profile, tuple(profile.registers)))


def test_its_billing_set_takes_one_or_two() -> None:
    names = ("voltage_l1", "current_l1", "power_total", "frequency", "energy_import_total", "energy_export_total")

    assert 2 >= len(plan(find("eastron_sdm630"), names))


def test_neighbours_come_in_one_request() -> None:
    text = f'a = {{ address = 10, type = "u32", {KWH} }}\nb = {{ address = 12, type = "u16", {KWH} }}'

    assert [(3, 10, 3)] == requests(text)


def test_a_hole_is_read_across_up_to_the_limit() -> None:
    text = f'a = {{ address = 0, type = "u16", {KWH} }}\nb = {{ address = 6, type = "u16", {KWH} }}'

    assert [(3, 0, 7)] == requests(text, "[read]\nhole_max = 5\n")
    assert [(3, 0, 1), (3, 6, 1)] == requests(text, "[read]\nhole_max = 4\n")


def test_no_request_is_longer_than_the_meter_allows() -> None:
    text = "\n".join(f'r{n} = {{ address = {2 * n}, type = "u32", {KWH} }}' for n in range(20))

    assert [(3, 0, 10), (3, 10, 10), (3, 20, 10), (3, 30, 10)] == requests(text, "[read]\nwords_max = 10\n")


def test_no_request_crosses_a_barrier() -> None:
    text = f'a = {{ address = 0, type = "u32", {KWH} }}\nb = {{ address = 2, type = "u32", {KWH} }}'

    assert [(3, 0, 2), (3, 2, 2)] == requests(text, "[read]\nbarriers = [2]\n")


def test_functions_are_not_mixed() -> None:
    text = f'a = {{ address = 0, type = "u16", {KWH} }}\nb = {{ address = 1, type = "u16", function = 4, {KWH} }}'

    assert [(3, 0, 1), (4, 1, 1)] == requests(text)


def test_overlapping_registers_are_read_once() -> None:
    text = f'a = {{ address = 0, type = "u64", {KWH} }}\nb = {{ address = 1, type = "u16", {KWH} }}'

    assert [(3, 0, 4)] == requests(text)


def test_a_scale_factor_comes_in_the_same_request_whatever_the_hole() -> None:
    text = f'a = {{ address = 46, scale_address = 54, type = "u32", {KWH} }}'

    assert [(3, 46, 9)] == requests(text, "[read]\nhole_max = 0\n")


def test_the_parts_of_a_sum_are_read_with_it() -> None:
    profile = make_profile(
        f'a = {{ address = 0, type = "u16", {KWH} }}\n'
        f'b = {{ address = 1, type = "u16", {KWH} }}\n'
        f'c = {{ sum = ["a", "-b"], {KWH} }}'
    )

    assert ["a", "b", "c"] == with_parts(profile, ["c"])
    assert [(0, 2)] == [(block.address, block.count) for block in plan(profile, ("c",))]


def test_a_split_block_asks_for_each_register_alone() -> None:
    profile = make_profile(
        f'a = {{ address = 3, type = "u16", {KWH} }}\nb = {{ address = 6, scale_address = 5, type = "u32", {KWH} }}'
    )
    (block,) = plan(profile, ("a", "b"))

    assert [(3, 1), (5, 3)] == [(single.address, single.count) for single in split(block)]
    assert (2, 6, 0) == (
        split(block)[1].fields[0].start,
        split(block)[1].fields[0].end,
        split(block)[1].fields[0].scale_start,
    )
