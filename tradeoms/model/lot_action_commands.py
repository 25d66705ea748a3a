"""Commands that change tax lots without a trade."""

from tradeoms.model.base import Command
from tradeoms.model.lot_actions import Control, CorporateAction, LotTransfer
from tradeoms.model.openings import OpeningFile


class BookCorporateAction(Command, frozen=True, tag=True):
    """Book what an issuer does, for all accounts that hold the instrument on its day.

    The same `reference` with the same terms again changes nothing.
    """

    terms: CorporateAction
    reference: str
    reason: str
    control: Control = Control()


class TransferLots(Command, frozen=True, tag=True):
    """Move lots to another account of the same taxpayer, out of the firm, or into it."""

    terms: LotTransfer
    reference: str
    reason: str
    control: Control = Control()


class GiftLots(Command, frozen=True, tag=True):
    """Move lots to another taxpayer as a gift: basis and dates go along, a loss counts from `value`."""

    terms: LotTransfer
    reference: str
    reason: str
    control: Control = Control()


class ImportActions(Command, frozen=True, tag=True):
    """Book all corporate actions and transfers of CSV files, or none."""

    files: tuple[OpeningFile, ...]
    reason: str


class ReverseAction(Command, frozen=True, tag=True):
    """Take a booking back: lots, gains and cash are as if it had never been."""

    action: str
    reason: str


class BookAction(Command, frozen=True, tag=True):
    """What follows from an action, or from one that has to be booked again behind an earlier trade."""

    name: str
