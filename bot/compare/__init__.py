"""Two versions -> a judged change: sentences | align | passages | news. Pure: no network, clock or disk."""
