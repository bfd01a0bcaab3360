import time, sys
from datetime import date
from sqlalchemy.orm import Session


def test_perf(session, tmp_path):
    from tests.books.world import build
    from cloud_service.sheets.import_sheet import ImportOrder, import_sheet, check_sheet
    from cloud_service.sheets.sheet_file import SheetFile

    w = build(session, tenants=1)
    session.commit()
    head = "Mieter;Wohnung;Objekt;Einzug;E-Mail;Zähler;Stand;Tarif\n"
    rows = "".join(f"Mieter {n};WE {n};Hafenhof;01.10.2026;m{n}@x.example;EMH{n:07};{n},5;flat\n" for n in range(1000))
    f = SheetFile("a.csv", (head + rows).encode())
    o = ImportOrder(w.entity, "t", date(2026, 11, 27))
    t = time.time()
    c = time.process_time()
    r = check_sheet(session, f, o)
    print("check", time.time() - t, time.process_time() - c, len(r.of("new")))
    session.rollback()
    t = time.time()
    c = time.process_time()
    r = import_sheet(session, f, o)
    session.commit()
    print("import", time.time() - t, time.process_time() - c, dict(r.counts))
    t = time.time()
    r = import_sheet(session, f, o)
    session.commit()
    print("again", time.time() - t, len(r.of("same")))
