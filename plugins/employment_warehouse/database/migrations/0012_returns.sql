-- Who writes the return workbooks: reads rejected rows as they were sealed, and of which delivery they are; no more.
create role wh_returner login;
alter role wh_returner set default_transaction_isolation = 'repeatable read';
alter role wh_returner set default_transaction_read_only = on;
do $$
begin
    execute format('grant connect on database %I to wh_returner', current_database());
end $$;
grant usage on schema ops, vault to wh_returner;

set role wh_owner;

grant select on ops.delivery, vault.rejected_row to wh_returner;

create function vault.source_of(path text, sheet text, revision integer) returns text
language sql stable set search_path = ''
as $$
    select regexp_replace(coalesce(path, ''), '^.*/', '')
        || case when sheet <> '' then format('（%s）', sheet) else '' end
        || case when revision > 1 then format('（第%s版）', revision) else '' end
$$;
comment on function vault.source_of(text, text, integer) is
'Which file a rejected row stood in, as a return workbook says it and a correction repeats it. | 退回行所在的文件。';
grant execute on function vault.source_of(text, text, integer) to wh_loader, wh_returner;

reset role;
