"""The steps of the pipeline, each apart from the others: habits, read, decide, owe, prove, send."""
