-- Each event as the county's latest submission that names it describes it.
select distinct on (unit, event_no)
    unit as county_code, event_no, event_type, held_on,
    {{ township_or_none('township_code', 'unit') }} as township_code,
    employers, posts_offered, participants, intents
from {{ ref('reported_job_event') }}
order by unit, event_no, seen_from desc
