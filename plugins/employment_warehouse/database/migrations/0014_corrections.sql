-- A correction's own rows are told apart from those of a county's file of the same name.
set role wh_owner;

create or replace function vault.source_of(path text, sheet text, revision integer) returns text
language sql stable set search_path = ''
as $$
    select regexp_replace(coalesce(path, ''), '^(corrections/)?.*/', '\1')
        || case when sheet <> '' then format('（%s）', sheet) else '' end
        || case when revision > 1 then format('（第%s版）', revision) else '' end
$$;

-- What has been taken back is a revision with nothing in it, and no nil return of its unit.
alter table ops.delivery drop constraint delivery_kind_check;
alter table ops.delivery add constraint delivery_kind_check
check (kind in ('file', 'nil', 'pages', 'correction', 'withdrawn'));

reset role;
