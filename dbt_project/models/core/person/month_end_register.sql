-- The register at the end of each month: who is on it, and who of them waits for work nearby. For the monthly marts.
{{ stepped_cells('int_month_register_step', [
    'persons', 'wanting_nearby_work', 'wanting_nearby_work_priority',
]) }}
