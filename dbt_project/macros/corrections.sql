{#
  Rows that were corrected, one after the other (C corrected B, which corrected A): of each correction the first start.

  `corrections` has the key of the corrected row, its start_date included, and that of its correction as later_<column>;
  columns that a correction never changes are in `same`.
#}
{% macro first_starts(corrections, same, changing) -%}
    with recursive followed as (
        select
            {{ same | join(', ') }},
            {% for column in changing %}later_{{ column }} as {{ column }}, {% endfor %}start_date as first_start
        from {{ corrections }}
        union
        select
            {{ prefixed(same, 'followed') }},
            {% for column in changing %}correction.later_{{ column }}, {% endfor %}followed.first_start
        from followed
        inner join {{ corrections }} as correction using ({{ (same + changing) | join(', ') }})
    )

    select {{ (same + changing) | join(', ') }}, min(first_start) as first_start
    from followed
    group by {{ (same + changing) | join(', ') }}
{%- endmacro %}
