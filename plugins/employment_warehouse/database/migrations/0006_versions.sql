-- The one writer of what readers can see. dbt's role owns nothing and writes no row of `store`: it fills
-- tonight.<model> and calls ops.undo_version and ops.write_version (docs/decisions/0010).
set role wh_owner;

create table ops.versioned (
    model text primary key,
    key text [],
    scope text [] not null default '{}',
    scope_by text
);
comment on table ops.versioned is
'各模型的主键与写入范围。 | Key and scope of each model, from its YAML. A model without a key lives in `tonight` alone. Without a scope, tonight''s rows are all rows; with one, they speak of the things that the rows of tonight.<scope_by> name (its own rows, where scope_by is NULL).';

create table ops.store_index (
    store_name text not null,
    index_name text primary key,
    statement text not null
);
comment on table ops.store_index is '各存储表应有的索引。 | Indexes that each store table is to have.';

create table ops.model_version (
    build integer not null references ops.build (build),
    model text not null,
    rows_opened bigint not null,
    rows_closed bigint not null,
    written_at timestamptz not null default now(),
    primary key (build, model)
);
comment on table ops.model_version is
'各次汇总写入的模型。 | Which models each build has written, and how many rows it opened and closed.';

create function ops.writable_build() returns integer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
    number integer := (select t.build from ops.tonight as t);
    -- The build that the session was started for (transform): a run that another build has overtaken writes nothing.
    claimed text := nullif(current_setting('warehouse.build', true), '');
begin
    if number is distinct from claimed::integer and claimed is not null then
        raise exception using errcode = 'WH024', message = format('build %s is not being built', claimed),
            hint = 'Another run has begun a build since.';
    end if;
    if number is null then
        raise exception using errcode = 'WH020', message = '没有正在进行的汇总 | No night is being built',
            hint = 'A build is begun by ops.start_build.';
    end if;
    if exists (select from ops.certificate as c where c.build = number) then
        raise exception using errcode = 'WH021',
            message = format('build %s has a certificate: its rows can no longer change', number);
    end if;
    return number;
end $$;
comment on function ops.writable_build() is
'可写入的汇总编号。 | The build in progress, while gate 2 has not certified it; an error otherwise.';

create function ops.undo_version(model text) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    number integer := ops.writable_build();
    head integer := ops.chain_head();
    declared ops.versioned;
begin
    select * into declared from ops.versioned as v where v.model = undo_version.model;
    if not found then
        raise exception using errcode = 'WH022', message = format('%s is not a declared model', model),
            hint = 'Run `warehouse migrate` first.';
    end if;
    execute format('truncate tonight.%I', model);
    if declared.key is not null then
        execute format('delete from store.%I where from_build > $1', model) using head;
        execute format('update store.%I set to_build = null where to_build > $1', model) using head;
    end if;
    delete from ops.model_version as m where m.build = number and m.model = undo_version.model;
    return number;
end $$;
comment on function ops.undo_version(text) is
'撤销链首之后写入的行，清空当晚表。 | Removes what builds after the chain head wrote of a model, and empties its table in `tonight`; the build in progress.';

create function ops.columns_of(model text, prefix text) returns text
language sql stable set search_path = pg_catalog, pg_temp
as $$
    select string_agg(format('%s%I', prefix, a.attname), ', ' order by a.attnum)
    from pg_attribute as a
    where a.attrelid = to_regclass(format('tonight.%I', model)) and a.attnum > 0 and not a.attisdropped
$$;

create function ops.names(columns text [], prefix text) returns text
language sql immutable set search_path = pg_catalog, pg_temp
as $$
    select string_agg(format('%s%I', prefix, c), ', ' order by place) from unnest(columns) with ordinality as u (c, place)
$$;

create function ops.assert_keys(declared ops.versioned) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    -- A row that names a thing of the scope which has no row any more carries only the scope's columns.
    whole text [] := case when declared.scope_by is null and declared.scope <> '{}' then declared.scope else declared.key end;
    incomplete bigint;
    repeated bigint;
begin
    execute format(
        'select count(*) from tonight.%I where num_nulls(%s) > 0', declared.model, ops.names(whole, '')
    ) into incomplete;
    if incomplete > 0 then
        raise exception using errcode = 'WH023', message = format(
            '%s: %s rows have no value in a column of (%s)', declared.model, incomplete, array_to_string(whole, ', ')
        );
    end if;
    execute format(
        'select count(*) from (select from tonight.%1$I where num_nulls(%2$s) = 0 group by %2$s having count(*) > 1) as k',
        declared.model, ops.names(declared.key, '')
    ) into repeated;
    if repeated > 0 then
        raise exception using errcode = 'WH023', message = format(
            '%s: %s keys (%s) occur more than once', declared.model, repeated, array_to_string(declared.key, ', ')
        );
    end if;
end $$;
comment on function ops.assert_keys(ops.versioned) is
'主键须完整且唯一。 | Every key is complete and unique; the message names model and key, never a value.';

-- Without nested loops: of what a query computes on its way the planner knows nothing, and would look once a row where
-- it should join sets (minutes instead of seconds).
create function ops.write_version(model text) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
set work_mem = '128MB' set jit = off set enable_nestloop = off
as $$
declare
    number integer := ops.writable_build();
    declared ops.versioned;
    is_first boolean;
    opened bigint := 0;
    closed bigint := 0;
begin
    select * into strict declared from ops.versioned as v where v.model = write_version.model;
    execute format('analyze tonight.%I', model);
    if declared.key is null then
        execute format('select count(*) from tonight.%I', model) into opened;
    else
        perform ops.assert_keys(declared);
        execute format('select not exists (select from store.%I where to_build is null)', model) into is_first;
        if not is_first then
            execute format(
                'update store.%1$I as known set to_build = %2$s where known.to_build is null %3$s'
                ' and not exists ('
                '   select from tonight.%1$I as tonight where (%4$s) = (%5$s) and (%6$s) is not distinct from (%7$s)'
                ' )',
                model, number,
                case when declared.scope <> '{}' then format(
                    'and (%s) in (select %s from tonight.%I as scope)',
                    ops.names(declared.scope, 'known.'), ops.names(declared.scope, 'scope.'),
                    coalesce(declared.scope_by, model)
                ) else '' end,
                ops.names(declared.key, 'tonight.'), ops.names(declared.key, 'known.'),
                ops.columns_of(model, 'tonight.'), ops.columns_of(model, 'known.')
            );
            get diagnostics closed = row_count;
        end if;
        -- An empty table has no statistics: without the branch the planner would look into it once a row.
        execute format(
            'insert into store.%1$I (%2$s, from_build) select %3$s, %4$s from tonight.%1$I as tonight'
            ' where num_nulls(%5$s) = 0 %6$s',
            model, ops.columns_of(model, ''), ops.columns_of(model, 'tonight.'), number,
            ops.names(declared.key, 'tonight.'),
            case when is_first then '' else format(
                'and not exists (select from store.%I as known where known.to_build is null and (%s) = (%s))',
                model, ops.names(declared.key, 'tonight.'), ops.names(declared.key, 'known.')
            ) end
        );
        get diagnostics opened = row_count;
        perform ops.index_store(model);
        if not exists (select from ops.versioned as v where v.scope_by = write_version.model) then
            execute format('truncate tonight.%I', model);
        end if;
    end if;
    insert into ops.model_version (build, model, rows_opened, rows_closed) values (number, model, opened, closed)
    on conflict on constraint model_version_pkey do update
    set rows_opened = excluded.rows_opened, rows_closed = excluded.rows_closed, written_at = now();
    return opened + closed;
end $$;
comment on function ops.write_version(text) is
'将当晚表写入版本表。 | Closes the open rows of a model that tonight.<model> has no equal of, opens what is new, and records that the build wrote the model; how many rows it opened and closed.';

create function ops.index_store(wanted text) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    declared ops.store_index;
    surplus text;
    existing regclass;
    made integer := 0;
    has_grown boolean;
begin
    for surplus in
        select c.relname from pg_index as x
        inner join pg_class as c on c.oid = x.indexrelid
        where x.indrelid = format('store.%I', wanted)::regclass
            and c.relname not in (select i.index_name from ops.store_index as i where i.store_name = wanted)
    loop
        execute format('drop index store.%I', surplus);
    end loop;
    for declared in select i.* from ops.store_index as i where i.store_name = wanted order by i.index_name loop
        existing := to_regclass(format('store.%I', declared.index_name));
        -- The comment holds the definition by which an index was made; one that was declared otherwise is made again.
        if obj_description(existing, 'pg_class') is not distinct from declared.statement then
            continue;
        end if;
        if existing is not null then
            execute format('drop index store.%I', declared.index_name);
        end if;
        execute declared.statement;
        execute format('comment on index store.%I is %L', declared.index_name, declared.statement);
        made := made + 1;
    end loop;
    -- A table that grew by half or more in a night is analysed at once: the models that read it later that night are
    -- planned by what it holds, not by what it held (300,000 lines of payroll without: minutes against seconds).
    select pg_relation_size(c.oid) / current_setting('block_size')::integer > 1.5 * c.relpages into has_grown
    from pg_class as c where c.oid = format('store.%I', wanted)::regclass;
    if made > 0 or has_grown then
        execute format('analyze store.%I', wanted);
    end if;
    return made;
end $$;
comment on function ops.index_store(text) is
'按声明建立索引。 | Brings the indexes of a store table in line with their declarations (after its first load: 1.44 M rows take 1 s, against 7 s before it), and analyses the table then and when it has grown by half; how many were built.';

-- Row counts of every model, by the indexes of its open rows and of this build's changes, not by reading its history.
create function ops.store_rows(out model text, out rows_open bigint, out rows_published bigint)
returns setof record
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
    for model in
        select c.relname from pg_class as c
        where c.relnamespace = 'store'::regnamespace and c.relkind in ('r', 'p') order by 1
    loop
        execute format(
            'with head as (select ops.chain_head() as build)'
            ' select count(*), count(*)'
            ' - (select count(*) from store.%1$I where from_build > (select build from head) and to_build is null)'
            ' + (select count(*) from store.%1$I where to_build > (select build from head)'
            '    and from_build <= (select build from head))'
            ' from store.%1$I where to_build is null', model
        ) into rows_open, rows_published;
        return next;
    end loop;
end $$;
comment on function ops.store_rows() is
'各表今晚与上次发布的行数。 | Rows of each model: open tonight, and as last published.';

grant execute on function ops.writable_build(), ops.undo_version(text), ops.write_version(text) to wh_transformer;
grant execute on function ops.store_rows() to wh_gate;

reset role;
