"""`python -m bot` is `smallprint`."""

from bot.cli import main

main()
