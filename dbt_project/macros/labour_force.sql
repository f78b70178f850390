{# The day on which the person of a row of the register comes of working age. #}
{% macro of_age_on(listing) -%}
    ({{ listing }}.birth_date + make_interval(years => {{ setting('working_age_from', 'integer') }}))::date
{%- endmacro %}

{# Whether a row of the register puts its person in the labour force on a day: of age, able, not in school, alive. #}
{% macro is_able_on(listing, day) -%}
    (
        {{ of_age_on(listing) }} <= {{ day }}
        and {{ listing }}.work_capacity <> 'none'
        and not {{ listing }}.in_school
        and ({{ listing }}.deceased_on is null or {{ listing }}.deceased_on > {{ day }})
    )
{%- endmacro %}
