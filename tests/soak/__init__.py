"""The hostile web, for ten real minutes: the bot as it runs, before a thousand policies of which many mean it no good.

::

    words    what the policies say, and the news in them
    hostile  every way in which a page can fail to be one: a table that can grow
    plan     which policy does what at which second, from a seed, and what must come of it: the truth
    town     serves the plan on loopback, a host an address, and keeps to its schedule
    guarded  `smallprint` with a telephone book in place of DNS and a lock on the door
    gauge    memory, processes and files of the bot, from outside
    ledger   what happened against the truth
    report   the same for people

`test_soak` does it (``-m soak``); ``SMALLPRINT_TEST_SOAK_MINUTES``, ``_POLICIES`` and ``_SEED`` make it shorter,
smaller or another one.
"""
