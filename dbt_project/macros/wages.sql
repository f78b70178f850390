{# Wages owed on the night's date of a line of `fct_wage_payment` or `fct_relief_payroll_line`. #}
{% macro arrears(line) -%}
    ops.arrears({{ line }}.amount_due, {{ line }}.amount_paid, {{ line }}.pay_due_on, {{ tonight_date() }})
{%- endmacro %}

{# The band of a monthly wage: whole thousands of yuan, 10 for 10,000 and above. #}
{% macro wage_band(monthly_wage) -%}
    case when {{ monthly_wage }} >= 10000 then 10 else floor({{ monthly_wage }} / 1000) end::smallint
{%- endmacro %}
