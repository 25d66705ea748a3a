"""When the last message of a session came."""

import sqlalchemy as sa
from alembic import op

from tradeoms.store.columns import Moment

revision = "s0027_heard"
down_revision = "s0026_by_whom"


def upgrade() -> None:
    """Add the column; without a cursor all tables are filled again at the next start."""
    op.add_column("sessions", sa.Column("heard", Moment(timezone=True)))
    op.execute("DELETE FROM cursor")
