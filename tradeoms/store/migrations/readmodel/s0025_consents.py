"""Who has consented that a rule is lifted from an order, and who is awaited."""

import sqlalchemy as sa
from alembic import op

from tradeoms.store.columns import Moment

revision = "s0025_consents"
down_revision = "s0024_fees"


def upgrade() -> None:
    """Add the columns; without a cursor all tables are filled again at the next start."""
    for name in ("consents", "awaits"):
        op.add_column("orders", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column("orders", sa.Column("consents_until", Moment(timezone=True)))
    op.execute("DELETE FROM cursor")
