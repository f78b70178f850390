"""`python -m employment_warehouse.command`: the same as `warehouse`."""

from employment_warehouse.command import main

main()
