{# The threshold of a finding's rule; NULL where the rule is off. #}
{% macro finding_threshold(finding) -%}
    (select threshold::integer from {{ ref('int_finding_rule') }} where finding = '{{ finding }}' and enabled)
{%- endmacro %}

{#
  The instances of findings on posts, of CTEs that bear the findings' names: those of the rules in force, each with its
  days up to tonight.
#}
{% macro post_finding_instances(findings) -%}
    {%- set columns = [
        'county_code', 'post_no', 'days', 'person_key', 'start_on', 'period', 'other_unit', 'other_key',
        'approver_key', 'amount',
    ] -%}
    {%- set days = "findings.days * daterange(null, " ~ tonight_date() ~ ", '[]')" -%}
    select
        findings.finding, {{ prefixed(columns | reject('equalto', 'days') | list, 'findings') }},
        {{ days }} as days
    from (
        {% for finding in findings -%}
        select '{{ finding }}' as finding, {{ columns | join(', ') }} from {{ finding }}
        {{ 'union all' if not loop.last }}
        {% endfor %}
    ) as findings
    inner join {{ ref('int_finding_rule') }} as rules using (finding)
    where rules.enabled and not isempty({{ days }})
{%- endmacro %}
