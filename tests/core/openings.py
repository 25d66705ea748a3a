"""Opening files that are sound, to be spoilt one cell at a time."""

from tradeoms.model import commands as c
from tradeoms.model.openings import OpeningFile

LOTS = """account,instrument,quantity,basis,acquired
A1,ACME,100,4000.50,2019-08-15
A1,ACME,50,2500,2021-05-03
A2,BOLT,-30,1500.25,2025-12-01
"""
CASH = """account,Currency,amount,value_date
A2,USD,250000.10,
A2,EUR,-75.05,2026-03-03
A3,USD,1000,
"""
ORDERS = """order,pm,account,instrument,Side,OrderQty,OrdType,Price,broker,OrderID,ClOrdID
old-1,paul,A1,ACME,Sell,40,Limit,60,,,
old-2,paul,A1,CORN,Buy,200,Limit,45,KING,X77,OLD77
old-2,paul,A3,CORN,Buy,100,Limit,45,KING,X77,OLD77
"""
CONTROL = """kind,column,Currency,total
lots,rows,,3
lots,quantity,,120
lots,basis,,8000.75
cash,rows,,3
cash,amount,USD,251000.10
cash,amount,EUR,-75.05
orders,rows,,3
orders,OrderQty,,340
"""
SOUND = {"lots": LOTS, "cash": CASH, "orders": ORDERS, "control": CONTROL}


def opening(batch: str = "day one", **contents: str) -> c.ImportOpening:
    """The import with other contents for some kinds; an empty one is left out."""
    found = SOUND | contents
    files = tuple(OpeningFile(kind, f"{kind}.csv", text) for kind, text in found.items() if text)
    return c.ImportOpening(batch, files)


def changed(kind: str, old: str, new: str) -> c.ImportOpening:
    """The import with one piece of a file changed."""
    assert SOUND[kind].count(old) >= 1
    return opening(**{kind: SOUND[kind].replace(old, new, 1)})
