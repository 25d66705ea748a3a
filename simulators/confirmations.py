"""What a broker confirms to each account: the right numbers, and wrong ones on purpose."""

from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import NamedTuple

from simulators.codes import Side
from simulators.forms import Form
from simulators.lines import Allocated, Part

CENT = Decimal("0.01")
#: What a confirmation may have wrong, and by how much.
WRONG: Mapping[str, Decimal] = {
    "wrong_price": Decimal("0.05"),
    "wrong_quantity": Decimal(100),
    "wrong_commission": Decimal("1.00"),
    "wrong_net": Decimal("10.00"),
}


class Numbers(NamedTuple):
    """One account's confirmation: shares, exact average price, money in cents."""

    AllocQty: int
    AvgPx: Decimal
    Commission: Decimal
    GrossTradeAmt: Decimal
    NetMoney: Decimal
    MiscFeeAmt: Decimal = Decimal(0)


def numbers(
    part: Part,
    side: str,
    avg_px: Decimal,
    per_share: tuple[Decimal, ...],
    wrong: str,
    fee_bp: Decimal = Decimal(0),
) -> Numbers:
    """Gross is quantity × average, each part of the commission quantity × its rate, rounded half up to
    cents, a fee is rounded up; net is what a buyer pays or a seller gets. A wrong price or quantity goes on into the money.
    """
    qty = part.AllocQty + int(WRONG[wrong] if wrong == "wrong_quantity" else 0)
    price = avg_px + (WRONG[wrong] if wrong == "wrong_price" else 0)
    parts = ((qty * rate).quantize(CENT, ROUND_HALF_UP) for rate in per_share)
    commission = sum(parts, Decimal(0))
    commission += WRONG[wrong] if wrong == "wrong_commission" else 0
    gross = (qty * price).quantize(CENT, ROUND_HALF_UP)
    fee = (gross * fee_bp / 10_000).quantize(CENT, ROUND_CEILING)
    costs = commission + fee
    net = gross + costs if side == Side.BUY else gross - costs
    net += WRONG[wrong] if wrong == "wrong_net" else 0
    return Numbers(qty, price, commission, gross, net, fee)


def confirmation(
    form: Form,
    of: Allocated,
    part: Part,
    found: Numbers,
    *,
    confirm_id: str,
    trans_type: str,
    ref: str,
    day: str,
    utc: str,
) -> str:
    """A Confirmation(AK)."""
    more = f"772={ref}\x01" if ref else ""
    fees = f"136=1\x01137={found.MiscFeeAmt}\x01139=7\x01" if found.MiscFeeAmt else ""
    more += f"467={part.IndividualAllocID}\x01" if part.IndividualAllocID else ""
    return form.message(
        "AK",
        f"664={confirm_id}\x01666={trans_type}\x01773=2\x01665=4\x0170={of.AllocID}\x01{more}"
        f"60={utc}\x0175={day}\x0155={of.Symbol}\x0154={of.Side}\x0180={found.AllocQty}\x01"
        f"79={part.AllocAccount}\x016={found.AvgPx:f}\x01381={found.GrossTradeAmt}\x01"
        f"118={found.NetMoney}\x0112={found.Commission}\x0113=3\x01"
        f"862=1\x01528=A\x01863={found.AllocQty}\x01{fees}",
    )
