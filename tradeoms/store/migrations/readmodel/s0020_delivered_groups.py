"""The group of blocks that share an average price, in what is handed over."""

import sqlalchemy as sa
from alembic import op

revision = "s0020_delivered_groups"
down_revision = "s0019_halts"


def upgrade() -> None:
    """Add the column."""
    column = sa.Column("price_group", sa.Text(), nullable=False, server_default="")
    op.add_column("delivery_lines", column)
