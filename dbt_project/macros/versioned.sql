{#
  The one way in which dbt writes: ranges over builds. A row of `store.<model>` is known in build n when
  `from_build <= n and (to_build is null or n < to_build)`. In one transaction: undo what no publication holds,
  compute tonight's rows, close the open rows that tonight has no equal of, insert what is new. A retry is safe,
  and a night's writes are what changed.

  meta.key    columns that tell one open row from another; never NULL.
  meta.scope  optional, some of the key's columns: tonight's rows speak only of the things that they name, all
              other open rows stay. A thing that has no row any more is named by a row whose other key columns
              are NULL.
#}
{% materialization versioned, adapter='postgres' %}
    {%- set shown = this.incorporate(type='view') -%}
    {%- set store = api.Relation.create(database=this.database, schema='store', identifier=this.identifier) -%}
    {%- set tonight = make_temp_relation(this) -%}
    {%- set meta = config.get('meta') -%}
    {%- set scope = meta.get('scope', []) -%}

    {% if load_cached_relation(this) is none %}
        {% do exceptions.raise_compiler_error(store ~ ' does not exist yet: run `warehouse migrate` first.') %}
    {% endif %}

    {% if run_query('select build from ops.tonight').rows | length == 0 %}
        {% do exceptions.raise_compiler_error('No night is being built: a build is begun by `ops.start_build`.') %}
    {% endif %}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% call statement('undo') %}
        set local work_mem = '128MB';
        set local jit = off;
        -- Of what a query computes on its way the planner knows nothing, and would look once a row where it should
        -- join sets: minutes instead of seconds. Where a loop is the only way it still takes it.
        set local enable_nestloop = off;
        select pg_advisory_xact_lock(hashtext('{{ store.identifier }}'));
        delete from {{ store }} where from_build > ops.last_published();
        update {{ store }} set to_build = null where to_build > ops.last_published();
    {% endcall %}

    {% call statement('compute') %}
        {{ get_create_table_as_sql(True, tonight, sql) }};
        analyze {{ tonight }};
    {% endcall %}
    {%- set columns = adapter.get_columns_in_relation(tonight) | map(attribute='name') | list -%}
    {% do assert_keys(tonight, meta['key'], scope) %}

    {#- Of an empty table the planner thinks that a look into it costs nothing, and looks once a row. -#}
    {%- set is_first = run_query('select 1 as known from ' ~ store ~ ' where to_build is null limit 1').rows | length == 0 -%}
    {% if not is_first %}
        {% call statement('close') %}
            update {{ store }} as known set to_build = {{ tonight_build() }}
            where known.to_build is null
            {% if scope -%}
                and ({{ prefixed(scope, 'known') }}) in (
                    select {{ prefixed(scope, 'tonight') }} from {{ tonight }} as tonight
                )
            {%- endif %}
                and not exists (
                    select from {{ tonight }} as tonight
                    where ({{ prefixed(meta['key'], 'tonight') }}) = ({{ prefixed(meta['key'], 'known') }})
                        and ({{ prefixed(columns, 'tonight') }}) is not distinct from ({{ prefixed(columns, 'known') }})
                )
        {% endcall %}
    {% endif %}

    {% call statement('main') %}
        insert into {{ store }} ({{ quoted(columns) }}, from_build)
        select {{ prefixed(columns, 'tonight') }}, {{ tonight_build() }}
        from {{ tonight }} as tonight
        where num_nulls({{ prefixed(meta['key'], 'tonight') }}) = 0
        {% if not is_first -%}
            and not exists (
                select from {{ store }} as known
                where known.to_build is null
                    and ({{ prefixed(meta['key'], 'tonight') }}) = ({{ prefixed(meta['key'], 'known') }})
            )
        {%- endif %}
    {% endcall %}

    {% call statement('finish') %}
        select ops.index_store('{{ store.identifier }}');
        drop table {{ tonight }};
    {% endcall %}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do adapter.commit() %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [shown]}) }}
{% endmaterialization %}

{% macro quoted(columns) -%}
    {% for column in columns %}"{{ column }}"{{ ', ' if not loop.last }}{% endfor %}
{%- endmacro %}

{% macro prefixed(columns, alias) -%}
    {% for column in columns %}{{ alias }}."{{ column }}"{{ ', ' if not loop.last }}{% endfor %}
{%- endmacro %}

{# Every key is whole and stands once; the message names the model and its key, never a value. #}
{% macro assert_keys(tonight, key, scope) %}
    {%- set whole = scope or key -%}
    {%- set found = run_query(
        'select'
        ~ ' (select count(*) from ' ~ tonight ~ ' where num_nulls(' ~ quoted(whole) ~ ') > 0),'
        ~ ' (select count(*) from (select from ' ~ tonight ~ ' where num_nulls(' ~ quoted(key) ~ ') = 0'
        ~ ' group by ' ~ quoted(key) ~ ' having count(*) > 1) as repeated)'
    ).rows[0] -%}
    {% if found[0] > 0 %}
        {% do exceptions.raise_compiler_error(
            this.identifier ~ ': ' ~ found[0] ~ ' rows have no value in a column of (' ~ whole | join(', ') ~ ').'
        ) %}
    {% endif %}
    {% if found[1] > 0 %}
        {% do exceptions.raise_compiler_error(
            this.identifier ~ ': ' ~ found[1] ~ ' keys (' ~ key | join(', ') ~ ') stand more than once.'
        ) %}
    {% endif %}
{% endmacro %}
