"""What Alembic runs for a migration: on the connection that `tradeoms.store.migrate` hands over."""

from alembic import context

given = context.config.attributes
context.configure(
    connection=given["connection"],
    target_metadata=given["metadata"],
    version_table=given["version_table"],
)
with context.begin_transaction():
    context.run_migrations()
