{#
  What is still owed of a line of `fct_wage_payment` or `fct_relief_payroll_line` on the night's date: nothing until the
  agreed pay date has passed, and nothing where no pay date is known.
#}
{% macro arrears(line) -%}
    case
        when {{ line }}.pay_due_on < {{ tonight_date() }} then greatest({{ line }}.amount_due - {{ line }}.amount_paid, 0)
        else 0
    end
{%- endmacro %}

{# The band of a monthly wage: whole thousands of yuan, 10 for 10,000 and above. #}
{% macro wage_band(monthly_wage) -%}
    case when {{ monthly_wage }} >= 10000 then 10 else floor({{ monthly_wage }} / 1000) end::smallint
{%- endmacro %}
