with
figures as ({{ report_figures('weekly') }})

select {{ report_columns('figures') }}
from figures
