-- Seed tables: settings by date, targets, divisions, calendar. They are data of the operator, loaded by one function;
-- what a night reads of them is read through the functions below, so that each has one meaning everywhere.
set role wh_owner;

create function ops.load_seeds(seeds jsonb) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    seed record;
    loaded integer := 0;
begin
    for seed in select key as name, value as rows from jsonb_each(seeds) order by key loop
        execute format('delete from seeds.%I', seed.name);
        execute format('insert into seeds.%1$I select * from jsonb_populate_recordset(null::seeds.%1$I, $1)', seed.name)
        using seed.rows;
        loaded := loaded + 1;
    end loop;
    return loaded;
end $$;
comment on function ops.load_seeds(jsonb) is
'一次性整体替换种子表。 | Replaces whole seed tables ({name: [row, …]}) in one transaction: a night reads the old rows or the new ones. How many tables.';

create function ops.setting(setting_name text, on_date date) returns text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
    found_row record;
begin
    select s.value, s.enabled into found_row from seeds.setting as s
    where s.name = setting_name and s.valid_from <= on_date
    order by s.valid_from desc limit 1;
    if not found then
        raise exception using errcode = 'WH012',
            message = format('参数 %s 在 %s 尚未设置 | setting %s has no value on %s', setting_name, on_date, setting_name, on_date),
            hint = 'Add a row to dbt_project/seeds/setting.csv; enabled = false switches a check off on the record.';
    end if;
    return case when found_row.enabled then found_row.value end;
end $$;
comment on function ops.setting(text, date) is
'某参数在某日的值；停用为 NULL。 | The value of a setting in force on a date; NULL where it is switched off; an error where it was never declared.';

create function ops.settings(on_date date, out name text, out value text) returns setof record
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
    return query
    select distinct on (s.name) s.name, case when s.enabled then s.value end
    from seeds.setting as s
    where s.valid_from <= on_date
    order by s.name, s.valid_from desc;
end $$;
comment on function ops.settings(date) is
'某日全部参数；停用为 NULL。 | Every setting in force on a date; NULL where it is switched off.';

create function ops.prefecture() returns text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
    return (select d.division_code from seeds.division as d where d.level = 'prefecture');
end $$;
comment on function ops.prefecture() is
'本州（市）代码，取自种子表 division。 | Code of the prefecture: the seed `division` has one.';

create function ops.county_codes() returns text []
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
    return (
        select coalesce(array_agg(d.division_code order by d.division_code), '{}')
        from seeds.division as d where d.level = 'county' and d.parent_code = ops.prefecture()
    );
end $$;
comment on function ops.county_codes() is '本州（市）各县市代码。 | The counties of the prefecture.';

grant execute on function ops.load_seeds(jsonb) to wh_publisher;
grant execute on function ops.setting(text, date), ops.settings(date), ops.prefecture(), ops.county_codes()
to wh_loader, wh_transformer, wh_gate, wh_publisher, wh_returner, wh_auditor, wh_reader;

reset role;
