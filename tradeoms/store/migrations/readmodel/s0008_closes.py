"""Days that were closed, and what was found."""

import sqlalchemy as sa
from alembic import op

from tradeoms.store.columns import Moment

revision = "s0008_closes"
down_revision = "s0007_lists"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "closes",
        _text("key"),
        sa.Column("business_date", sa.Date(), nullable=False),
        _text("user"),
        sa.Column("closed", Moment(timezone=True), nullable=False),
        *(_count(name) for name in ("expired", "rolled", "warnings", "waived")),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "findings",
        _text("key"),
        sa.Column("business_date", sa.Date(), nullable=False),
        *(_text(name) for name in ("check", "subject", "text", "waived_by", "reason")),
        sa.PrimaryKeyConstraint("key"),
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)
