-- The rules of the findings in force tonight: of the seed's rows and the operator's decisions the latest by date
-- counts, the operator's before the seed's.
with
stated as (
    select finding, valid_from, enabled, false as is_decision from {{ ref('finding_rule') }}
    union all
    select finding, valid_from, enabled, true from {{ source('ops', 'rule_decision') }}
),

in_force as (
    select distinct on (finding) finding, enabled
    from stated
    where valid_from <= {{ tonight_date() }}
    order by finding, valid_from desc, is_decision desc
),

thresholds as (
    select distinct on (finding) finding, threshold
    from {{ ref('finding_rule') }}
    where valid_from <= {{ tonight_date() }}
    order by finding, valid_from desc
)

select in_force.finding, in_force.enabled, thresholds.threshold
from in_force
left join thresholds using (finding)
