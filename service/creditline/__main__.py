"""`python -m creditline` is the command `creditline`."""

from creditline.main import run

run()
