{#
  Periods are half-open: [valid_from, valid_to), valid_to NULL while nothing ends them. What people report (jobs,
  tenures, contracts) has a first and a last day.
#}

{# Whether a row (of the relation `of`) holds on a day. #}
{% macro holds_on(day, of='') -%}
    {%- set row = of ~ '.' if of else '' -%}
    {{ row }}valid_from <= {{ day }} and ({{ row }}valid_to is null or {{ row }}valid_to > {{ day }})
{%- endmacro %}

{# Whether a row with a first and a last day covers a day. #}
{% macro covers(day, of='', first='start_on', last='end_on') -%}
    {{ overlaps(day, day, of, first, last) }}
{%- endmacro %}

{# Whether it covers one of the days from one to another. #}
{% macro overlaps(from_day, to_day, of='', first='start_on', last='end_on') -%}
    {%- set row = of ~ '.' if of else '' -%}
    {{ row }}{{ first }} <= {{ to_day }} and ({{ row }}{{ last }} is null or {{ row }}{{ last }} >= {{ from_day }})
{%- endmacro %}

{# The elementary spans of each key of a relation: between two of its bounds nothing begins or ends. #}
{% macro elementary_spans(relation, key) -%}
    select
        {{ key | join(', ') }}, bound as valid_from,
        lead(bound) over (partition by {{ key | join(', ') }} order by bound) as valid_to
    from (
        select {{ key | join(', ') }}, valid_from as bound from {{ relation }}
        union
        select {{ key | join(', ') }}, valid_to from {{ relation }} where valid_to is not null
    ) as bounds
{%- endmacro %}

{# Adjacent spans of one key with equal content become one. #}
{% macro merged_spans(relation, key, content) -%}
    select {{ (key + content) | join(', ') }}, lower(span) as valid_from, upper(span) as valid_to
    from (
        select {{ (key + content) | join(', ') }}, unnest(range_agg(daterange(valid_from, valid_to))) as span
        from {{ relation }}
        group by {{ (key + content) | join(', ') }}
    ) as merged
{%- endmacro %}

{# The rows of a versioned model as last published, without the remains of a killed build. #}
{% macro published_rows(model_name) -%}
    (
        select * from store.{{ model_name }}
        where from_build <= (select ops.chain_head())
            and (to_build is null or to_build > (select ops.chain_head()))
    )
{%- endmacro %}

{# The published rows to which a night adds its steps: none with --full-refresh. #}
{% macro continued_rows(model_name) -%}
    {%- if flags.FULL_REFRESH -%}
    (select * from store.{{ model_name }} where false)
    {%- else -%}
    {{ published_rows(model_name) }}
    {%- endif -%}
{%- endmacro %}

{# The rows of a versioned model that hold tonight (is_known) or were last published (was_known). #}
{% macro known_rows(model_name) -%}
    {%- set known = ref(model_name) -%}
    (
        select *, to_build is null as is_known, from_build <= (select ops.chain_head()) as was_known
        from store.{{ known.identifier }}
        where to_build is null or to_build > (select ops.chain_head())
    )
{%- endmacro %}

{# Whether a row of known_rows belongs to tonight or to the last publication, as `version` says. #}
{% macro is_of_version(row, version) -%}
    case when {{ version }}.is_tonight then {{ row }}.is_known else {{ row }}.was_known end
{%- endmacro %}

{#
  The days on which the facts of persons differ between the last publication and tonight (days, ranges). `days` is the
  range of a row, `bounds` are the columns that it is made of. A fact whose content is the same counts only for the
  days that it gained or lost: a job that ended yesterday changes nothing before.
#}
{% macro changed_days(model_name, days, bounds) -%}
    with
    -- Read three times rather than kept: the first load changes every row.
    changes as not materialized (
        select person_key, {{ days }} as days, to_build is null as is_opened, changed
        from {{ changed_rows(model_name) }} as changed
    ),

    revised_persons as (select distinct person_key from changes where not is_opened),

    contents as (
        select
            coalesce(range_agg(days) filter (where is_opened), '{}') as opened,
            coalesce(range_agg(days) filter (where not is_opened), '{}') as closed
        from changes
        inner join revised_persons using (person_key)
        group by to_jsonb(changed) - array['{{ (bounds + ["from_build", "to_build"]) | join("', '") }}']
    )

    select unnest(opened + closed - opened * closed) as days from contents
    union all
    select days from changes
    where not exists (select from revised_persons where revised_persons.person_key = changes.person_key)
{%- endmacro %}
