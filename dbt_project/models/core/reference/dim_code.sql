-- The names of all codes, by column: those of the feeds from their contracts, the others from seeds.
with
feed_codes as (
    select distinct on (columns.key, code.key)
        columns.key as code_list, code.key as code, code.value as name_zh, replace(code.key, '_', ' ') as name_en
    from {{ source('ops', 'feed') }} as feed
    cross join lateral jsonb_each(feed.codes) as columns
    cross join lateral jsonb_each_text(columns.value) as code
    order by columns.key, code.key, feed.feed
),

rules as (
    select
        'finding' as code_list,
        finding as code,
        valid_from,
        name_zh,
        name_en,
        '{threshold}' as part,
        threshold as figure
    from {{ ref('finding_rule') }}
    union all
    select 'reasons', reason, valid_from, name_zh, name_en, '{days}', days
    from {{ ref('risk_rule') }}
),

named_rules as (
    select distinct on (code_list, code)
        code_list,
        code,
        replace(name_zh, part, coalesce(trim_scale(figure)::text, '')) as name_zh,
        replace(name_en, part, coalesce(trim_scale(figure)::text, '')) as name_en
    from rules
    order by code_list, code, valid_from > {{ tonight_date() }}, valid_from desc
),

named as (
    select code_list, code, name_zh, name_en, 1 as rank from {{ ref('code_name') }}
    union all
    select code_list, code, name_zh, name_en, 2 from named_rules
    union all
    select code_list, code, name_zh, name_en, 3 from feed_codes
)

select distinct on (code_list, code) code_list, code, name_zh, name_en
from named
order by code_list, code, rank
