import pytest
from sqlalchemy import text

from cloud_service.flow.customers.contract.fitting import refuse_mixed_entities
from common.errors import ConflictError
from tests.books.world import World, build
from tests.cloud_service.flow.customers.contract.october import point


def test_what_fits_is_taken_and_another_currency_refused_at_the_tariff(world: World) -> None:
    flat = point(world, world.contracts[0])
    refuse_mixed_entities(world.session, flat, world.accounts[0], world.tariff)
    world.session.execute(text("UPDATE tariff SET currency = 'CHF'"))

    with pytest.raises(ConflictError, match="the tariff is in CHF, the account in EUR") as error:
        refuse_mixed_entities(world.session, flat, world.accounts[0], world.tariff)
    assert "tariff" == error.value.path


def test_a_flat_of_another_company_fits_nobody_here(world: World) -> None:
    other = build(world.session)
    other.serial = 50
    other.tenant()
    with pytest.raises(ConflictError, match="of another legal entity than the service point") as error:
        refuse_mixed_entities(world.session, point(world, world.contracts[0]), other.accounts[0], other.tariff)
    assert "account" == error.value.path
    with pytest.raises(ConflictError, match="the tariff is of another legal entity") as error:
        refuse_mixed_entities(world.session, point(world, world.contracts[0]), world.accounts[0], other.tariff)
    assert "tariff" == error.value.path
