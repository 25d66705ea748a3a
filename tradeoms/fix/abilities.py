"""What a broker can do stands in two places: reference data, which the desk goes by, and its file and
version, which decide what can be said. Where the first promises what the second denies, a person is told.
"""

from collections.abc import Iterator

from tradeoms.fix.dialect import SUPPORT, Dialect
from tradeoms.model.brokers import Broker

#: What reference data may promise, and the message that it takes.
PROMISES = {
    "knows_status_requests": "H",
    "knows_mass_status": "AF",
    "knows_mass_cancel": "q",
    "knows_lists": "E",
}


def contradictions(broker: Broker, dialect: Dialect) -> Iterator[str]:
    """Each promise that cannot be kept, with both sides of it."""
    for promise, MsgType in PROMISES.items():
        if not getattr(broker, promise):
            continue
        need = SUPPORT[MsgType]
        if MsgType not in dialect.messages:
            why = f"{dialect.version} has no message {MsgType}"
        elif not dialect.supports[need]:
            why = f"supports.{need} is false in its file"
        else:
            continue
        yield f"{broker.broker}: {promise} is true in the reference data, but {why}: never asked"
