"""Commands on how blocks are split and where errors go."""

from tradeoms.model.base import Command
from tradeoms.model.reference import AllocationPolicy


class DefineAllocationPolicies(Command, frozen=True, tag=True):
    """Add policies, or new versions of them; a version that is defined never changes."""

    policies: tuple[AllocationPolicy, ...]


class BookError(Command, frozen=True, tag=True):
    """What brokers filled beyond a block's orders goes to an error account, at the same price.

    Without `account`, to the only error account there is. The block is finished after that as any.
    """

    block: str
    reason: str
    account: str = ""
