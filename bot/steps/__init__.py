"""The steps of the pipeline, each apart from the others: habits, read, second_look, decide, weigh, illustrate, owe,
prove, send."""
