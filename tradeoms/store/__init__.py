"""The journal, snapshots and the read model, on SQLAlchemy Core."""
