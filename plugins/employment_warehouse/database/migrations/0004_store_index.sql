-- Indexes of the store. They are built after a table's first load (1.44 M rows: 1 s against 7 s), so the writer asks
-- for them at its end; it owns nothing, and gets exactly those that were declared.
set role wh_owner;

create table ops.store_index (
    store_name text not null,
    index_name text primary key,
    statement text not null
);
comment on table ops.store_index is 'Indexes that each store table is to have. | 各存储表应有的索引。';

create function ops.index_store(wanted text) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
    missing ops.store_index;
    made integer := 0;
    has_grown boolean;
begin
    for missing in
        select i.* from ops.store_index as i
        where i.store_name = wanted and to_regclass(format('store.%I', i.index_name)) is null
        order by i.index_name
    loop
        execute missing.statement;
        made := made + 1;
    end loop;
    -- A table that grew by half or more in a night is analysed at once: the models that read it later that night are
    -- planned by what it holds, not by what it held (300,000 lines of payroll without: minutes against seconds).
    select pg_relation_size(c.oid) / current_setting('block_size')::integer > 1.5 * c.relpages into has_grown
    from pg_catalog.pg_class as c where c.oid = format('store.%I', wanted)::regclass;
    if made > 0 or has_grown then
        execute format('analyze store.%I', wanted);
    end if;
    return made;
end $$;
comment on function ops.index_store(text) is
'Builds the declared indexes that a store table lacks, and analyses the table then and when it has grown by half; how many were built.';

grant execute on function ops.index_store(text) to wh_transformer;
grant select on ops.store_index to wh_transformer, wh_auditor;

reset role;

-- A killed dbt leaves no statement behind that would hold its locks against the retry.
alter role wh_transformer set client_connection_check_interval = '2s';
