"""What the grid of a country calls the id of a supply point."""

from cloud_service.documents.metering.supply_point_ids import supply_point_id_name


def test_each_country_and_utility_has_its_own_name() -> None:
    assert ["MaLo-ID", "MPAN", "MPRN", "PCE"] == [
        supply_point_id_name(country, utility)
        for country, utility in (("DE", "electricity"), ("GB", "electricity"), ("GB", "gas"), ("FR", "gas"))
    ]


def test_a_country_without_one_and_water_have_none() -> None:
    assert {""} == {supply_point_id_name("KE", "electricity"), supply_point_id_name("DE", "water")}
