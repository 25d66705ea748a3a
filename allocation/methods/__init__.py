"""How the fills of a block are divided over its accounts; a new method is a function and a row.

Every method takes ``(ordered, filled, offsets, lot, ties)`` and returns int64 (n_values,) with
block sums ``filled`` and ``0 <= result <= ordered``; :mod:`allocation.methods.pro_rata` says what
the arguments are.
"""

from collections.abc import Callable

from allocation.exact import Int64, Ties
from allocation.methods.pro_rata import pro_rata

Method = Callable[[Int64, Int64, Int64, Int64, Ties], Int64]

METHODS: dict[str, Method] = {
    "pro_rata": pro_rata,
}
