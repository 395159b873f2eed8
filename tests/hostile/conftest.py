"""The stage of the hostile web: the same invented internet on loopback as for the rest of `bot.watch`."""

from tests.watch.conftest import clock, fetcher, guest, internet, site

__all__ = ["clock", "fetcher", "guest", "internet", "site"]
