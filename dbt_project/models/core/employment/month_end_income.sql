-- Earners at the end of each month by income and by how it compares: a night counts those whose income moved, and the
-- monthly mart takes its percentiles from some ten thousand rows a month instead of every person.
{{ stepped_cells('int_month_income_step', ['persons']) }}
