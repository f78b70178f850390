-- Findings on the holders of a post.
with
tenures as (
    select
        county_code, post_no, person_key, start_on, is_full_time, approver_key,
        ops.plain_text(relation_to_approver) as relation_to_approver,
        daterange(start_on, end_on, '[]') as days
    from {{ ref('fct_post_tenure') }}
    where start_on <= {{ tonight_date() }}
),

-- The rules, each with its days: unbounded if nothing ends them. The registers are joined only while the
-- rule on kinship is on.
kin_of_approver as (
    select
        tenures.county_code, tenures.post_no,
        tenures.days * daterange(holder.valid_from, holder.valid_to) * daterange(approver.valid_from, approver.valid_to)
            as days,
        tenures.person_key, tenures.start_on, null::date as period, null::text as other_unit, null::text as other_key,
        tenures.approver_key, null::numeric as amount
    from tenures
    inner join {{ ref('dim_person') }} as holder on tenures.person_key = holder.person_key
    inner join {{ ref('dim_person') }} as approver
        on tenures.approver_key = approver.person_key and holder.county_code = approver.county_code
            and holder.household_no = approver.household_no
    where (select enabled from {{ ref('int_finding_rule') }} where finding = 'kin_of_approver')
    union all
    select
        county_code, post_no, days, person_key, start_on, null, null, null, approver_key, null
    from tenures
    where person_key = approver_key
        or relation_to_approver in (
            select ops.plain_text(text) from {{ ref('kin_relation') }} where is_kin
        )
),

full_time_elsewhere as (
    select
        tenures.*, spell.county_code as other_unit,
        concat_ws('|', spell.employer_uscc, spell.reported_start_on) as other_key,
        tenures.days * daterange(spell.start_on, spell.end_on, '[]') * daterange(null, {{ tonight_date() }}, '[]')
            as common_days
    from tenures
    inner join {{ ref('fct_employment_spell') }} as spell
        on tenures.person_key = spell.person_key
        and spell.channel = any({{ setting_words('full_time_channels') }})
    where tenures.is_full_time
),

not_in_need as (
    select
        county_code, post_no, common_days as days, person_key, start_on, null::date as period, other_unit, other_key,
        null::uuid as approver_key, null::numeric as amount
    from full_time_elsewhere
    where upper(common_days) - lower(common_days) >= {{ finding_threshold('not_in_need') }}
),

duplicate_holder as (
    select
        tenures.county_code, tenures.post_no, tenures.days * other.days as days, tenures.person_key, tenures.start_on,
        null::date as period, other.county_code as other_unit, other.post_no as other_key,
        null::uuid as approver_key, null::numeric as amount
    from tenures
    inner join tenures as other
        on tenures.person_key = other.person_key
            and (tenures.county_code, tenures.post_no) <> (other.county_code, other.post_no)
)

{{ post_finding_instances(['kin_of_approver', 'not_in_need', 'duplicate_holder']) }}
