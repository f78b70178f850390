"""What several test files share, and the benchmarks with them.

`people`: ID numbers and tokens · `reported`, `relief`: rows that counties, the HR platform and projects report ·
`files`: files in a landing zone · `checking`: rows as the checks of cells leave them · `nights`: nights whose
deliveries are written straight into landing · `publications`, `stages`: marts written straight into the store ·
`marts`: what marts show · `platform`: a served HR platform · `server`: a migrated server, and copies of its database ·
`process`: the command line as people call it · `compose`: docker-compose.yml as Docker reads it ·
`services`: its services as processes · `night_failures`: tasks of a night made to fail.
"""
