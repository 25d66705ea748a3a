"""Halts, as a table."""

import sqlalchemy as sa
from alembic import op

from tradeoms.store.columns import Moment

revision = "s0019_halts"
down_revision = "s0018_price_groups"


def upgrade() -> None:
    """Create the table; without a cursor all tables are filled again at the next start."""
    op.create_table(
        "halts",
        *(_text(name) for name in ("key", "what", "state", "user", "reason")),
        sa.Column("at", Moment(timezone=True), nullable=False),
        _text("consents"),
        sa.Column("lifted", Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    op.execute("DELETE FROM cursor")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)
