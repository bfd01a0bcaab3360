"""Every table once."""

import importlib
import pkgutil

from cloud_service import store
from cloud_service.store.tables import AREAS, Table


def test_every_module_of_tables_is_in_the_list_of_areas() -> None:
    modules = {
        module.name
        for module in pkgutil.walk_packages(store.__path__, "cloud_service.store.")
        if module.name.endswith("tables") and module.name != "cloud_service.store.tables"
    }

    assert modules == {area.__name__ for area in AREAS}


def test_no_table_hides_outside_the_areas() -> None:
    for module in pkgutil.walk_packages(store.__path__, "cloud_service.store."):
        importlib.import_module(module.name)
    ours = {
        table.__tablename__
        for area in AREAS
        for table in vars(area).values()
        if isinstance(table, type) and issubclass(table, Table) and table is not Table
    }

    assert ours == set(Table.metadata.tables)
