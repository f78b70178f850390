{# The rank of a job among those that a person has at once: the main job is the one of the lowest rank. #}
{% macro job_rank(job) -%}
    {{ [
        'enterprise', 'workshop', 'full_time_post', 'self_employed', 'work_relief', 'part_time_post', 'gig',
    ].index(job) + 1 }}
{%- endmacro %}
