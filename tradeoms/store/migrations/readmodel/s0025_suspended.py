"""Lots whose holding period a short sale has stopped."""

import sqlalchemy as sa
from alembic import op

revision = "s0025_suspended"
down_revision = "s0024_fees"


def upgrade() -> None:
    """Add the column; before there was one, none was stopped."""
    op.add_column(
        "lots", sa.Column("suspended", sa.Boolean(), nullable=False, server_default=sa.false())
    )
