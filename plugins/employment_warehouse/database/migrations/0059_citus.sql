-- The same functions for tables whose rows are on several machines (docs/scale.md). Citus keeps a subquery's rows for
-- another step, and cannot keep rows without columns: `select 1 from`.
set role wh_owner;

create or replace function ops.assert_keys(declared ops.versioned) returns void
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
        'select count(*) from (select 1 from tonight.%1$I where num_nulls(%2$s) = 0 group by %2$s having count(*) > 1) as k',
        declared.model, ops.names(declared.key, '')
    ) into repeated;
    if repeated > 0 then
        raise exception using errcode = 'WH023', message = format(
            '%s: %s keys (%s) occur more than once', declared.model, repeated, array_to_string(declared.key, ', ')
        );
    end if;
end $$;

-- Without nested loops: of what a query computes on its way the planner knows nothing, and would look once a row where
-- it should join sets (minutes instead of seconds).
create or replace function ops.write_version(model text) returns bigint
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
        execute format('select not exists (select 1 from store.%I where to_build is null)', model) into is_first;
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
                'and not exists (select 1 from store.%I as known where known.to_build is null and (%s) = (%s))',
                model, ops.names(declared.key, 'tonight.'), ops.names(declared.key, 'known.')
            ) end
        );
        get diagnostics opened = row_count;
        perform ops.index_store(model);
        if not exists (select 1 from ops.versioned as v where v.scope_by = write_version.model) then
            execute format('truncate tonight.%I', model);
        end if;
    end if;
    insert into ops.model_version (build, model, rows_opened, rows_closed) values (number, model, opened, closed)
    on conflict on constraint model_version_pkey do update
    set rows_opened = excluded.rows_opened, rows_closed = excluded.rows_closed, written_at = now();
    return opened + closed;
end $$;

create or replace function ops.index_store(wanted text) returns integer
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

-- Of a set of rows, in no order: their number, and four sums over a keyed hash of 64 bits of each row's bytes.
-- The array makes the bytes once a row, in parallel (1 M rows of 14 columns: 1.8 s, against 0.8 s for one sum without a
-- key; SHA-256 of each row 3.6 s).
create or replace function ops.rows_digest(relation text, condition text, given anyelement, key bytea) returns text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
    digest text;
begin
    execute format(
        'select concat_ws('' '', count(*), sum(hashbyteaextended(r, $2)), sum(hashbyteaextended(r, $3)),'
        ' sum(hashbyteaextended(r, $4)), sum(hashbyteaextended(r, $5)))'
        ' from (select record_send(t) as r from %s as t where %s offset 0) as sent', relation, condition
    ) into digest
    using
        given, substring(key, 1, 8)::bigint, substring(key, 9, 8)::bigint, substring(key, 17, 8)::bigint,
        substring(key, 25, 8)::bigint;
    return digest;
end $$;

-- Row counts of every model, by the indexes of its open rows and of this build's changes, not by reading its history.
create or replace function ops.store_rows(out model text, out rows_open bigint, out rows_published bigint)
returns setof record
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
    head integer := ops.chain_head();
begin
    for model in
        select c.relname from pg_class as c
        where c.relnamespace = 'store'::regnamespace and c.relkind in ('r', 'p') order by 1
    loop
        execute format(
            'select known.counted, known.counted - opened.counted + closed.counted'
            ' from (select count(*) as counted from store.%1$I where to_build is null) as known'
            ' cross join'
            ' (select count(*) as counted from store.%1$I where from_build > $1 and to_build is null) as opened'
            ' cross join'
            ' (select count(*) as counted from store.%1$I where to_build > $1 and from_build <= $1) as closed', model
        ) into rows_open, rows_published using head;
        return next;
    end loop;
end $$;

-- What `own_rows` is to a login of some counties, this is to one that reads them all, where the rows are on other
-- machines: those are reached as wh_owner alone, and no login of a person exists there.
create function ops.all_rows(shown anyelement, login name) returns setof anyelement
language plpgsql stable security definer rows 100000 parallel restricted set search_path = pg_catalog, pg_temp
as $$
declare
    relation pg_catalog.pg_class;
begin
    select c.* into strict relation
    from pg_type as t
    inner join pg_class as c on c.oid = t.typrelid
    where t.oid = pg_typeof(shown) and c.relnamespace = 'own'::regnamespace and c.relname like '%\_of\_all';
    -- Who runs the view, not who owns it; nobody names a login that is not their own.
    if pg_has_role(session_user, login, 'member') and ops.counties_of(login) is null
        and has_table_privilege(login, format('marts.%I', regexp_replace(relation.relname, '_of_all$', '')), 'select')
    then
        return query execute format('select * from own.%I', relation.relname);
    end if;
end $$;
comment on function ops.all_rows(anyelement, name) is
'多机部署时全州读者所见的行。 | On Citus, the rows of a distributed model that a login of all counties sees; none for others.';
revoke all on function ops.all_rows(anyelement, name) from public;
grant execute on function ops.all_rows(anyelement, name) to wh_reader;

reset role;
