-- Townships and villages are those that a register has named; no feed gives their names.
with
divisions as (
    select division_code, level, parent_code, name_zh, name_en, key_county_level, is_verified
    from {{ ref('division') }}
),

places as (
    select distinct township_code, village_code from {{ ref('reported_labor_register') }}
    union
    select distinct township_code, village_code from {{ ref('reported_public_post') }}
    union
    select distinct township_code, null from {{ ref('reported_workshop') }}
),

codes as (
    select distinct township_code as division_code, 'township' as level from places
    union
    select distinct village_code, 'village' from places where village_code is not null
),

named_divisions as (
    select
        codes.division_code,
        codes.level,
        case codes.level when 'township' then left(codes.division_code, 6) else left(codes.division_code, 9) end
            as parent_code,
        null as name_zh,
        null as name_en,
        null as key_county_level,
        false as is_verified
    from codes
),

all_divisions as (
    select * from divisions
    union all
    select * from named_divisions
)

select
    division_code,
    level,
    nullif(parent_code, '') as parent_code,
    case when level in ('county', 'township', 'village') then left(division_code, 6) end as county_code,
    name_zh,
    name_en,
    nullif(key_county_level, '') as key_county_level,
    is_verified
from all_divisions
