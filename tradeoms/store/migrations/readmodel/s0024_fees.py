"""Fees and taxes: on their own, and in what they are a part of."""

import sqlalchemy as sa
from alembic import op

from tradeoms.store.columns import Exact

revision = "s0024_fees"
down_revision = "s0023_amounts"
IN = ("allocations", "bills", "delivery_lines", "ladder", "confirmations")


def upgrade() -> None:
    """Create the table, and the columns where there were no fees before."""
    for name in IN:
        op.add_column(name, sa.Column("fees", Exact(), nullable=False, server_default="0"))
    op.add_column("confirmations", sa.Column("broker_fees", Exact()))
    names = ("key", "block", "broker", "fee", "instrument", "Symbol", "Side")
    op.create_table(
        "fees",
        *(sa.Column(name, sa.Text(), nullable=False) for name in names),
        *(sa.Column(name, Exact(), nullable=False) for name in ("gross", "amount")),
        sa.Column("Currency", sa.Text(), nullable=False),
        sa.Column("trade_date", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
