"""What orders of a working block would have of its fills so far."""

import sqlalchemy as sa
from alembic import op

from tradeoms.store.columns import Exact

revision = "s0004_indicative"
down_revision = "s0003_posttrade"


def upgrade() -> None:
    """Add the column; it is filled as orders change."""
    op.add_column("orders", sa.Column("indicative", Exact(), nullable=False, server_default="0"))
