"""Corporate actions, transfers and gifts, and their lines by account."""

import sqlalchemy as sa
from alembic import op

from tradeoms.store.columns import Exact, Moment

revision = "s0022_lot_actions"
down_revision = "s0021_crosses"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "lot_actions",
        *(_text(name) for name in ("key", "kind", "instrument", "becomes")),
        _day("day"),
        *(_text(name) for name in ("ratio", "account", "to")),
        sa.Column("accounts", sa.BigInteger(), nullable=False),
        *(_exact(name) for name in ("before", "after", "cash")),
        *(_text(name) for name in ("Currency", "reference", "reason", "user")),
        _day("booked"),
        sa.Column("at", Moment(timezone=True), nullable=False),
        *(_text(name) for name in ("reversed_by", "reversed_for")),
        sa.Column("reversed_at", Moment(timezone=True), nullable=True),
        sa.Column("reversed_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "action_lines",
        *(_text(name) for name in ("key", "action", "kind", "account", "instrument")),
        _day("day"),
        *(_exact(name) for name in ("before", "after", "change", "cash")),
        _text("Currency"),
        sa.PrimaryKeyConstraint("key"),
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _day(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Date(), nullable=False)


def _exact(name: str) -> sa.Column[object]:
    return sa.Column(name, Exact(), nullable=False)
