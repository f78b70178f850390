"""The SQL of this package, one statement per file."""

from employment_warehouse.database.statements import statements

query = statements(__file__)
