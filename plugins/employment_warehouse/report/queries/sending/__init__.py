"""SQL of this room, one statement a file."""

from employment_warehouse.database.statements import statements

query = statements(__file__)
