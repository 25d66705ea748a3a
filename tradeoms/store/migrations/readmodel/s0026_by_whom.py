"""Who has lifted a rule from an order and who is awaited, and who gave an order by telephone."""

import sqlalchemy as sa
from alembic import op

from tradeoms.store.columns import Moment

revision = "s0026_by_whom"
down_revision = "s0025_suspended"


def upgrade() -> None:
    """Add the columns; without a cursor all tables are filled again at the next start."""
    for name in ("consents", "awaits"):
        op.add_column("orders", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column("orders", sa.Column("consents_until", Moment(timezone=True)))
    op.add_column("placements", sa.Column("by_phone", sa.Text(), nullable=False, server_default=""))
    op.execute("DELETE FROM cursor")
