from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.database.session import plan_anew


def plan_of(session: Session) -> str:
    return "\n".join(session.execute(text("EXPLAIN EXECUTE look_up(1)")).scalars())


def test_a_plan_made_while_a_table_was_empty_is_kept_until_planned_anew(session: Session) -> None:
    session.execute(text("CREATE TEMP TABLE growing (id bigint PRIMARY KEY)"))
    session.execute(text("SET LOCAL plan_cache_mode = force_generic_plan"))  # as checks of foreign keys do
    session.execute(text("PREPARE look_up (bigint) AS SELECT id FROM growing WHERE id = $1"))
    session.execute(text("ANALYZE growing"))
    session.execute(text("SET LOCAL enable_bitmapscan = off"))
    session.execute(text("SET LOCAL enable_indexscan = off"))  # what is cheapest for an empty table
    session.execute(text("SET LOCAL enable_indexonlyscan = off"))
    session.execute(text("EXECUTE look_up(1)"))
    for method in ("bitmapscan", "indexscan", "indexonlyscan"):
        session.execute(text(f"SET LOCAL enable_{method} = on"))
    session.execute(text("INSERT INTO growing SELECT generate_series(1, 10000)"))
    before = plan_of(session)
    plan_anew(session)

    assert "Seq Scan" in before
    assert "Index" in plan_of(session)
