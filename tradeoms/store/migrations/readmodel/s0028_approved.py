"""Who of compliance has approved a changed split, and when."""

import sqlalchemy as sa
from alembic import op

from tradeoms.store.columns import Moment

revision = "s0028_approved"
down_revision = "s0027_heard"


def upgrade() -> None:
    """Add the columns: nothing was approved so far."""
    text = sa.Column("approved_by", sa.Text(), nullable=False, server_default="")
    op.add_column("statement_changes", text)
    op.add_column("statement_changes", sa.Column("approved", Moment(timezone=True)))
