{#
  Whether a spell or tenure may be the correction of an `earlier` one that was left out, by its dates: it is in the very
  snapshot that left the other out, began at most corrected_spell_days after its end, and did not end before its start.
#}
{% macro corrects(later, earlier) -%}
    {{ later }}.seen_from <= {{ earlier }}.seen_to
    and ({{ later }}.seen_to is null or {{ later }}.seen_to > {{ earlier }}.seen_to)
    and {{ later }}.start_date <= {{ earlier }}.end_on + {{ setting('corrected_spell_days', 'integer') }}
    and ({{ later }}.end_date is null or {{ later }}.end_date >= {{ earlier }}.start_date)
{%- endmacro %}

{#
  Rows that were corrected, one after the other (C corrected B, which corrected A): of each correction the first start.

  `corrections` has the key of the corrected row, its start_date included, and that of its correction as later_<column>;
  columns that a correction never changes are in `same`.
#}
{% macro first_starts(corrections, same, changing) -%}
    with recursive correction_chains as (
        select
            {{ same | join(', ') }},
            {% for column in changing %}later_{{ column }} as {{ column }}, {% endfor %}start_date as first_start
        from {{ corrections }}
        union
        select
            {{ prefixed(same, 'correction_chains') }},
            {% for column in changing %}correction.later_{{ column }}, {% endfor %}correction_chains.first_start
        from correction_chains
        inner join {{ corrections }} as correction using ({{ (same + changing) | join(', ') }})
    )

    select {{ (same + changing) | join(', ') }}, min(first_start) as first_start
    from correction_chains
    group by {{ (same + changing) | join(', ') }}
{%- endmacro %}
