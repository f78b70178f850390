{# Periods are half-open: [valid_from, valid_to), valid_to NULL while nothing ends them. #}

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

{# The rows of a versioned model as last published, without what a killed build left. #}
{% macro published_rows(model_name) -%}
    (
        select * from store.{{ model_name }}
        where from_build <= (select ops.chain_head())
            and (to_build is null or to_build > (select ops.chain_head()))
    )
{%- endmacro %}
