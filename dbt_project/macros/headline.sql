{# The headline series is cumulated from steps: where persons and households enter and leave a figure. #}

{# The first day of the year after a day: until then, work that ended on that day counts in the year to date. #}
{% macro end_of_year(day) -%}
    (date_trunc('year', {{ day }}) + interval '1 year')::date
{%- endmacro %}

{# Whether a row was opened or closed tonight, or begins or ends on a day that the published series does not have yet. #}
{% macro moves(row, bounds) -%}
    (
        not ({{ row }}.is_known and {{ row }}.was_known)
        {%- for bound in bounds %}
        or ({{ row }}.{{ bound }} > known_until.on_date and {{ row }}.{{ bound }} <= {{ tonight_date() }})
        {%- endfor %}
    )
{%- endmacro %}

{# The steps of a range of days: up where it begins and down where it ends; those of the published rows are reversed. #}
{% macro steps(row) -%}
    (
        select bound.on_date, case when {{ row }}.is_tonight then bound.change else -bound.change end as change
        from (values (lower({{ row }}.days), 1), (upper({{ row }}.days), -1)) as bound (on_date, change)
        where bound.on_date <= case when {{ row }}.is_tonight then {{ tonight_date() }} else known_until.on_date end
    )
{%- endmacro %}

{# The change of a figure between two of its days: 0 where either was carried forward, NULL where either is unknown. #}
{% macro like_for_like(now, before) -%}
    case
        when {{ before }}.value is null then null
        when 'E' in ({{ now }}.obs_status, {{ before }}.obs_status) then 0
        else {{ now }}.value - {{ before }}.value
    end
{%- endmacro %}
