"""Messages for the tests of the codec: placements of ours, reports of brokers, dialects with a file."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import fixconfig
from tests.builders import DAY
from tradeoms.fix.decode import decode, fields_of
from tradeoms.fix.dialect import Dialect, dialect
from tradeoms.model.executions import Report
from tradeoms.model.fields import OrdType, RequestKind, Side
from tradeoms.model.placements import Placement, Request

VERSIONS = tuple(fixconfig.folders())
AT = datetime(2026, 3, 2, 14, 30, 0, 123456, UTC)
CLORDID = "26030200000001"
FILL = "37=O1|17=E1|11=C1|55=VOD|54=1|38=1000|32=100|31=1.25|151=900|14=100|6=1.25"


def report(version: str | Dialect, text: str, MsgType: str = "8") -> Report:
    """What is understood of a report that says this besides its numbers."""
    spoken = dialect(version) if isinstance(version, str) else version
    return decode(spoken, fields_of(f"35={MsgType}|34=2|{FILL}|{text}|".replace("|", "\x01")))


def placement(**fields: Any) -> Placement:
    """A buy of 100 at no more than 12.50."""
    terms = {"OrdType": OrdType.Limit, "Price": Decimal("12.50")} | fields
    side = terms.pop("Side", Side.Buy)
    places = ("P1", "B1", "KING", "S1", "ACME", "AC.X", side, Decimal(100), CLORDID, AT, DAY)
    return Placement(*places, **terms)


def request(kind: RequestKind = RequestKind.New, **fields: Any) -> Request:
    """The request that goes with it."""
    ClOrdID = CLORDID if kind is RequestKind.New else "26030200000002"
    return Request(kind, fields.pop("ClOrdID", ClOrdID), Decimal(100), AT, **fields)


def brokers_dialect(folder: Path, text: str, version: str = "FIX.4.4") -> Dialect:
    """The dialect of a version with a broker's file over it."""
    file = folder / "KING.toml"
    file.write_text(f'version = "{version}"\n{text}')
    return Dialect(version, broker=fixconfig.broker(file, version, CLORDID))


def type_of(text: str) -> str:
    """The MsgType of a message; empty where it has none."""
    return text.partition("\x0135=")[2].partition("\x01")[0]
