{# Keys of the rows of `fct_employment_evidence` within their source. #}
{% macro spell_key(employer_name, reported_start_on) -%}
    concat_ws('|', {{ employer_name }}, {{ reported_start_on }})
{%- endmacro %}

{% macro tenure_key(county_code, post_no, reported_start_on) -%}
    concat_ws('|', {{ county_code }}, {{ post_no }}, {{ reported_start_on }})
{%- endmacro %}

{#
  The rows of `states` with the monthly income of each, NULL where it is unknown. An income is the wage of the main job as
  it was reported on that day. Contracts and orders have no wage: where such a job is the main one, the wage of the person's
  spell of the same channel that covers the day counts (of several the later start, then the employer's name).

  `states` is a CTE with rows of `fct_person_state` and the day of each as on_date; a person and day once. Best
  `as materialized`: it is read twice. `wage_spans` and `evidence` are the facts to read: tonight's, or those that were
  last published.
#}
{% macro income_on(states, wage_spans=ref('fct_wage_span'), evidence=ref('fct_employment_evidence')) -%}
    select
        main_job.*,
        case
            when main_job.source in ('employment', 'public_post') then coalesce(reported.monthly_wage, main_job.monthly_wage)
            else replacement.monthly_wage
        end as income
    from {{ states }} as main_job
    left join {{ wage_spans }} as reported
        on main_job.person_key = reported.person_key and main_job.source = reported.source
        and main_job.source_key = reported.source_key and {{ holds_on('main_job.on_date', 'reported') }}
    left join (
        select distinct on (official.person_key, official.on_date)
            official.person_key, official.on_date,
            coalesce(reported.monthly_wage, spell.monthly_wage) as monthly_wage
        from {{ states }} as official
        inner join {{ evidence }} as spell
            on official.person_key = spell.person_key and official.channel = spell.channel
            and spell.source = 'employment' and {{ covers('official.on_date', 'spell') }}
        left join {{ wage_spans }} as reported
            on spell.person_key = reported.person_key and spell.source = reported.source
            and spell.source_key = reported.source_key and {{ holds_on('official.on_date', 'reported') }}
        where official.source in ('relief_contract', 'gig_order')
        order by
            official.person_key, official.on_date, spell.start_on desc, spell.employer_name collate "C",
            spell.source_key collate "C"
    ) as replacement on main_job.person_key = replacement.person_key and main_job.on_date = replacement.on_date
{%- endmacro %}
