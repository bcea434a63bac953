"""`python -m popgen_cli` is the command `popgen`."""

from popgen_cli.app import main

main()
