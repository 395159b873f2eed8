"""Everything durable, and the only place that knows SQL."""

from bot.store.store import SqlStore, open_store

__all__ = ["SqlStore", "open_store"]
