-- Employed persons at the end of each month, by every attribute that the monthly marts count by: the marts read a few
-- rows a month instead of every person. A person has one main job on a day, so the counts add up.
{{ stepped_cells('int_month_employment_step', ['persons']) }}
