"""Changes of blocks' statements after the first route."""

import sqlalchemy as sa
from alembic import op

from tradeoms.store.columns import Exact, Moment

revision = "s0010_statement_changes"
down_revision = "s0009_wash_sales"
TEXTS = ("change", "order", "account", "pm", "instrument", "Symbol", "Side")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "statement_changes",
        *(_text(name) for name in ("key", "block")),
        sa.Column("part", sa.BigInteger(), nullable=False),
        *(_text(name) for name in TEXTS),
        *(sa.Column(n, Exact(), nullable=False) for n in ("before", "after", "filled")),
        *(_text(name) for name in ("reason", "user")),
        *(sa.Column(n, Moment(timezone=True), nullable=False) for n in ("at", "frozen_at")),
        sa.Column("trade_date", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)
