"""What a broker does with an order: one function a file, and this table."""

from simulators.behaviours.ack_fill import ack_fill
from simulators.behaviours.ack_only import ack_only
from simulators.behaviours.bust import bust
from simulators.behaviours.partials import partials
from simulators.behaviours.reject import reject
from simulators.behaviours.silent import silent
from simulators.behaviours.slow import slow
from simulators.behaviours.steps import Behaviour
from simulators.behaviours.unsolicited_cancel import unsolicited_cancel

BEHAVIOURS: dict[str, Behaviour] = {
    "ack_fill": ack_fill,
    "ack_only": ack_only,
    "bust": bust,
    "partials": partials,
    "reject": reject,
    "silent": silent,
    "slow": slow,
    "unsolicited_cancel": unsolicited_cancel,
}
