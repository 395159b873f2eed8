"""One file in versions/ for each change of the tables; Alembic's home in the wheel."""
