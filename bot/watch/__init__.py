"""A page -> a Version: fetching behind the gate, extraction, plausibility, discovery, the watch list."""

#: The number of the extractor: rises whenever the same bytes may give other blocks, so that our own change is never
#: taken for theirs.
EXTRACTOR = 1
