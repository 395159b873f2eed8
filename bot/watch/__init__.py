"""A page -> a Version: fetching behind the gate, extraction, plausibility, discovery, the watch list."""
