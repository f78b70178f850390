{#
  The one way in which dbt writes: ranges over builds. A row of `store.<model>` is known in build n when
  `from_build <= n and (to_build is null or n < to_build)`.

  dbt owns none of it. It computes tonight's rows into `tonight.<model>`; ops.undo_version and ops.write_version
  (migration 0006) close the open rows that tonight has no equal of, and insert what is new. Three short transactions
  under one lock; each leaves a state from which a retry starts. A night's writes are what changed.

  Declared in the model's YAML, and known to the database through `warehouse migrate`:
  meta.key    columns that distinguish open rows; never NULL. A model of the folder `intermediate` has none: it lives in
              `tonight` alone, until the next night.
  meta.scope  optional. A list of key columns: only open rows with the values that tonight's rows have there can close,
              all others stay; where nothing is left, a row with these columns alone says so. Or
              {by: <intermediate model>, columns: […]}: that model lists the values, and rows with others are left out.
#}
{% materialization versioned, adapter='postgres' %}
    {%- set tonight = api.Relation.create(
        database=this.database, schema='tonight', identifier=this.identifier, type='table'
    ) -%}
    {%- set scope = config.get('meta').get('scope') -%}
    {#- A model without declared columns has those of its feed's contract: only the table knows them. To ask it for
        every model is a tenth of what dbt does in a night of few rows. -#}
    {%- set columns = (
        model.columns or adapter.get_columns_in_relation(tonight) | map(attribute='name')
    ) | list -%}

    {% if config.get('contract').enforced %}
        {% do get_assert_columns_equivalent(sql) %}
    {% endif %}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% call statement('undo') %}
        select pg_advisory_lock(hashtext('tonight.{{ this.identifier }}'));
        select ops.undo_version('{{ this.identifier }}');
    {% endcall %}
    {% do adapter.commit() %}

    {% call statement('compute') %}
        set local work_mem = '128MB';
        set local jit = off;
        -- The planner has no statistics on intermediate results, and would choose nested loops over joins of sets:
        -- minutes instead of seconds. Where a loop is the only way, it still uses one. A merge join of rows that happen
        -- to be sorted by a part of the key compares each row with all of that part: all payroll lines of a project and
        -- month, for example, which took longer every night.
        set local enable_nestloop = off;
        set local enable_mergejoin = off;
        insert into {{ tonight }} ({{ quoted(columns) }})
        select {{ prefixed(columns, 'computed') }}
        from (
            {{ sql }}
        ) as computed
        {% if scope is mapping -%}
        where ({{ prefixed(scope['columns'], 'computed') }}) in (
            select {{ quoted(scope['columns']) }} from tonight.{{ scope['by'] }}
        )
        {%- endif %};
    {% endcall %}
    {% do adapter.commit() %}

    {% call statement('main') %}
        select ops.write_version('{{ this.identifier }}');
    {% endcall %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do adapter.commit() %}

    {% call statement('unlock') %}
        select pg_advisory_unlock(hashtext('tonight.{{ this.identifier }}'));
    {% endcall %}
    {% do adapter.commit() %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [this]}) }}
{% endmaterialization %}

{% macro quoted(columns) -%}
    {% for column in columns %}"{{ column }}"{{ ', ' if not loop.last }}{% endfor %}
{%- endmacro %}

{% macro prefixed(columns, alias) -%}
    {% for column in columns %}{{ alias }}."{{ column }}"{{ ', ' if not loop.last }}{% endfor %}
{%- endmacro %}
