{#
  The register rows of a relation's persons that say where a person belongs on a day: from `home_from` until before
  `valid_to`. The first row of a person holds for the days before it too; who has left the register belongs nowhere.
#}
{% macro homes_of(relation) -%}
    select
        person.*,
        case
            when row_number() over (partition by person.person_key order by person.valid_from) = 1 then '-infinity'
            else person.valid_from
        end::date as home_from
    from {{ ref('dim_person') }} as person
    inner join (select distinct person_key from {{ relation }}) as persons using (person_key)
{%- endmacro %}

{# Whether a row of `homes_of` gives the home of its person on a day. #}
{% macro is_home(home, day) -%}
    {{ home }}.home_from <= {{ day }} and ({{ home }}.valid_to is null or {{ home }}.valid_to > {{ day }})
{%- endmacro %}
