"""What several test files share, and the benchmarks with them.

`people`: ID numbers and tokens · `files`: files in a landing zone · `nights`: nights whose deliveries are written
straight into landing · `platform`: a served HR platform · `server`: a migrated server, and copies of its database ·
`process`: the command line as people call it ·
`compose`: docker-compose.yml as Docker reads it.
"""
