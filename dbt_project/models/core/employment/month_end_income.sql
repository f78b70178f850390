{%- set cell = [
    'month', 'county_code', 'population_category', 'is_poverty_alleviated', 'income', 'is_compared', 'is_down', 'is_judged',
    'is_below_minimum',
] -%}
-- Earners at the end of each month by income and by how it compares: a night counts those whose income moved, and the
-- monthly mart takes its percentiles from some ten thousand rows a month instead of every person.
{{ stepped_cells('month_end_income', 'int_month_income_step', cell, ['persons']) }}
