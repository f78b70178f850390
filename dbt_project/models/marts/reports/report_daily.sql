with
figures as ({{ report_figures('daily') }})

select {{ report_columns('figures') }}
from figures
