"""Filtered lists that a person keeps as tabs."""

from sqlalchemy.orm import Session

from cloud_service.store.identity import saved_views
from cloud_service.store.identity.users import add_user


def test_a_tab_is_kept_replaced_and_dropped_by_its_name(session: Session) -> None:
    mary = add_user(session, email="mary@example.com", name="Mary", role="admin", actor="test").id
    saved_views.save_view(session, mary, "bills", "Overdue", "state=overdue")
    saved_views.save_view(session, mary, "bills", "Big", "min=1000")
    saved_views.save_view(session, mary, "bills", "Overdue", "state=overdue&days=30")
    saved_views.save_view(session, mary, "clients", "Companies", "kind=company")
    tabs = [(view.name, view.query) for view in saved_views.views_of(session, mary, "bills")]
    saved_views.forget_view(session, mary, "bills", "Big")

    assert [("Big", "min=1000"), ("Overdue", "state=overdue&days=30")] == tabs
    assert ["Overdue"] == [view.name for view in saved_views.views_of(session, mary, "bills")]
    assert [] == saved_views.views_of(session, mary + 1, "bills")
