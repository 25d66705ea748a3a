"""Crosses of our own orders, and who gave and took in them."""

import sqlalchemy as sa
from alembic import op

from tradeoms.store.columns import Exact, Moment

revision = "s0021_crosses"
down_revision = "s0020_delivered_groups"


def upgrade() -> None:
    """Create the tables; without a cursor all tables are filled again at the next start."""
    op.create_table(
        "crosses",
        *(_text(name) for name in ("key", "state", "instrument", "Symbol")),
        *(_exact(name) for name in ("OrderQty", "Px")),
        *(_text(name) for name in ("Currency", "basis", "source", "priced")),
        *(_exact(name, nullable=True) for name in ("bid", "offer")),
        *(_text(name) for name in ("buyers", "sellers", "pms", "proposed_by")),
        sa.Column("proposed", Moment(), nullable=False),
        *(_text(name) for name in ("reason", "warnings", "answered_by")),
        sa.Column("answered", Moment()),
        *(_text(name) for name in ("answer", "bust_by", "bust_reason", "busted_by")),
        sa.Column("busted", Moment()),
        *(_text(name) for name in ("buy_block", "sell_block")),
        sa.Column("trade_date", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "cross_parts",
        *(_text(name) for name in ("key", "cross", "state", "block", "Side")),
        *(_text(name) for name in ("instrument", "Symbol", "order", "account")),
        *(_exact(name) for name in ("OrderQty", "Px")),
        sa.Column("trade_date", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.execute("DELETE FROM cursor")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _exact(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, Exact(), nullable=nullable)
