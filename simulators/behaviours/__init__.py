"""What a broker does with an order: one function a file, and these tables."""

from simulators.behaviours.ack_fill import ack_fill
from simulators.behaviours.ack_only import ack_only
from simulators.behaviours.bust import bust
from simulators.behaviours.bust_after_cancel import bust_after_cancel
from simulators.behaviours.correct import correct
from simulators.behaviours.correct_twice import correct_twice
from simulators.behaviours.done_for_day import done_for_day
from simulators.behaviours.done_for_day_bust import done_for_day_bust
from simulators.behaviours.duplicate import duplicate
from simulators.behaviours.exchange import exchange
from simulators.behaviours.expired import expired
from simulators.behaviours.fill_after_cancel import fill_after_cancel, fill_after_cancel_answer
from simulators.behaviours.fill_pending_cancel import (
    fill_pending_cancel,
    fill_pending_cancel_answer,
)
from simulators.behaviours.late_bust import late_bust, late_bust_later
from simulators.behaviours.late_correct import late_correct, late_correct_later
from simulators.behaviours.lost import lost
from simulators.behaviours.over_fill import over_fill
from simulators.behaviours.overnight_split import overnight_split, overnight_split_later
from simulators.behaviours.partials import partials
from simulators.behaviours.pending import pending, pending_answer
from simulators.behaviours.pending_before_new import pending_before_new, pending_before_new_answer
from simulators.behaviours.pending_new import pending_new
from simulators.behaviours.poss_resend import poss_resend
from simulators.behaviours.reject import reject
from simulators.behaviours.reject_after_new import reject_after_new
from simulators.behaviours.reject_by_3 import reject_by_3
from simulators.behaviours.reject_by_j import reject_by_j
from simulators.behaviours.replace_below import (
    replace_below,
    replace_below_answer,
)
from simulators.behaviours.replace_rejected import replace_rejected, replace_rejected_answer
from simulators.behaviours.replaced_status import replaced_status, replaced_status_answer
from simulators.behaviours.restated import restated
from simulators.behaviours.shares_split import shares_split
from simulators.behaviours.silent import silent
from simulators.behaviours.slow import slow
from simulators.behaviours.steps import Behaviour
from simulators.behaviours.stopped import stopped
from simulators.behaviours.suspended import suspended
from simulators.behaviours.telephone import telephone
from simulators.behaviours.too_late import too_late, too_late_answer
from simulators.behaviours.unsolicited_cancel import unsolicited_cancel
from simulators.behaviours.unsolicited_replace import unsolicited_replace
from simulators.behaviours.worse_price import worse_price
from simulators.behaviours.wrong_side import wrong_side
from simulators.behaviours.wrong_symbol import wrong_symbol

BEHAVIOURS: dict[str, Behaviour] = {
    "ack_fill": ack_fill,
    "ack_only": ack_only,
    "bust": bust,
    "bust_after_cancel": bust_after_cancel,
    "correct": correct,
    "correct_twice": correct_twice,
    "done_for_day": done_for_day,
    "done_for_day_bust": done_for_day_bust,
    "duplicate": duplicate,
    "exchange": exchange,
    "expired": expired,
    "fill_after_cancel": fill_after_cancel,
    "fill_pending_cancel": fill_pending_cancel,
    "late_bust": late_bust,
    "late_correct": late_correct,
    "lost": lost,
    "over_fill": over_fill,
    "overnight_split": overnight_split,
    "partials": partials,
    "pending": pending,
    "pending_before_new": pending_before_new,
    "pending_new": pending_new,
    "poss_resend": poss_resend,
    "reject": reject,
    "reject_after_new": reject_after_new,
    "reject_by_3": reject_by_3,
    "reject_by_j": reject_by_j,
    "replace_below": replace_below,
    "replace_rejected": replace_rejected,
    "replaced_status": replaced_status,
    "restated": restated,
    "shares_split": shares_split,
    "silent": silent,
    "slow": slow,
    "stopped": stopped,
    "suspended": suspended,
    "telephone": telephone,
    "too_late": too_late,
    "unsolicited_cancel": unsolicited_cancel,
    "unsolicited_replace": unsolicited_replace,
    "worse_price": worse_price,
    "wrong_side": wrong_side,
    "wrong_symbol": wrong_symbol,
}

# How they answer cancels and replaces, where it is not by granting them at once.
ANSWERS: dict[str, Behaviour] = {
    "fill_after_cancel": fill_after_cancel_answer,
    "fill_pending_cancel": fill_pending_cancel_answer,
    "pending": pending_answer,
    "pending_before_new": pending_before_new_answer,
    "replace_below": replace_below_answer,
    "replace_rejected": replace_rejected_answer,
    "replaced_status": replaced_status_answer,
    "too_late": too_late_answer,
}

# What they do when the broker starts again, with the orders of the run before.
LATER: dict[str, Behaviour] = {
    "late_bust": late_bust_later,
    "late_correct": late_correct_later,
    "overnight_split": overnight_split_later,
}
