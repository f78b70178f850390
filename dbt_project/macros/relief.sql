{# Whether a relief project (a row of `dim_relief_project`) is open on a day. #}
{% macro is_open_project(day, of='') -%}
    {%- set row = of ~ '.' if of else '' -%}
    {{ row }}started_on <= {{ day }}
    and ({{ row }}completed_on is null or {{ row }}completed_on > {{ day }})
    and ({{ row }}left_out_on is null or {{ row }}left_out_on > {{ day }})
{%- endmacro %}

{# Whether a contract covers a day of the month of a line of payroll, up to tonight. #}
{% macro is_contract_of(contract, line) -%}
    {%- set last_day = 'least(' ~ line ~ '.period_end, ' ~ tonight_date() ~ ')' -%}
    {{ overlaps(line ~ '.period', last_day, contract, 'onsite_from', 'offsite_on') }}
{%- endmacro %}
