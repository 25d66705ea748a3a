"""From the acts of a behaviour to what the executor does."""

from simulators import acts
from simulators.codes import ExecType, OrdRejReason
from simulators.execution import Executor
from simulators.orders import Order


def carry_out(executor: Executor, order: Order, act: acts.Act, fills: list[str], utc: str) -> None:
    """One act; ``fills`` are the ExecIDs of the plan it belongs to. The commonest come first."""
    if isinstance(act, acts.Fill):
        executor.fill(order, act, fills, utc)
    elif isinstance(act, acts.Ack):
        executor.ack(order, utc)
    elif isinstance(act, acts.Bust | acts.Correct):
        # A request that came between may have cut the plan short: then nothing was filled.
        if act.which < len(fills):
            _amend(executor, order, act, fills, utc)
    elif not _end(executor, order, act, utc):
        _surprise(executor, order, act, utc)


def _amend(
    executor: Executor, order: Order, act: acts.Bust | acts.Correct, fills: list[str], utc: str
) -> None:
    if isinstance(act, acts.Bust):
        executor.bust(order, act.which, fills, utc)
    else:
        executor.correct(order, act, fills, utc)


def _end(executor: Executor, order: Order, act: acts.Act, utc: str) -> bool:
    """Whether the act ended the order."""
    match act:
        case acts.Cancel(text, reason):
            # What was to be cancelled may have been restated away.
            if not order.LeavesQty:
                return True
            executor.cancel(order, utc, text=text, reason=reason)
        case acts.Expire(text):
            executor.expire(order, text, utc)
        case acts.Refuse(text):
            executor.refuse(order, OrdRejReason.OTHER, text, utc)
        case acts.RefuseBy(msg_type):
            executor.refuse_by(order, msg_type, utc)
        case acts.Lose():
            executor.lose(order, utc)
        case acts.DoneForDay():
            executor.set_status(order, ExecType.DONE_FOR_DAY, utc)
        case _:
            return False
    return True


def _surprise(executor: Executor, order: Order, act: acts.Act, utc: str) -> None:
    match act:
        case acts.Pending():
            executor.pending(order, utc)
        case acts.Again():
            executor.again(order)
        case acts.RefuseDuplicate():
            executor.duplicate(order, utc)
        case acts.Suspend():
            executor.set_status(order, ExecType.SUSPENDED, utc)
        case acts.Stop(piece):
            executor.stop(order, piece, utc)
        case acts.Restate():
            executor.restate(order, act, utc)
        case acts.Split():
            executor.split(order, act, utc)
        case acts.Telephone(piece):
            executor.telephone(order, piece, utc)
        case _:
            raise AssertionError(f"{act} needs a request")
