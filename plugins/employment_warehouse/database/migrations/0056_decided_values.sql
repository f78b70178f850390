-- Targets and settings are changed by people on the record: from a date on, never for a night that has used them.
-- A decided row stands beside the rows of the files and takes the place of one with its key, also when files are loaded.
set role wh_owner;

create table ops.decided_value (
    seed text not null check (seed in ('setting', 'target')),
    key jsonb not null,
    shown jsonb not null,
    decided_at timestamptz not null default now(),
    decided_by text not null default session_user,
    primary key (seed, key)
);
comment on table ops.decided_value is
'操作员决定的目标和参数，自生效日期起代替种子表中的值。 | Targets and settings that an operator decided: each is a row of its seed table from its date on.';
comment on column ops.decided_value.key is '目标或参数，以及生效日期。 | Which target or setting, and from when.';
comment on column ops.decided_value.shown is '种子表中的一行。 | The row of the seed table.';

create function ops.apply_decided_values() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    delete from seeds.setting as s using ops.decided_value as d
    where d.seed = 'setting' and d.key = jsonb_build_object('name', s.name, 'valid_from', s.valid_from);
    insert into seeds.setting
    select r.* from ops.decided_value as d, jsonb_populate_record(null::seeds.setting, d.shown) as r
    where d.seed = 'setting';
    delete from seeds.target as s using ops.decided_value as d
    where d.seed = 'target' and d.key = jsonb_build_object(
        'county_code', s.county_code, 'target_code', s.target_code, 'valid_from', s.valid_from
    );
    insert into seeds.target
    select r.* from ops.decided_value as d, jsonb_populate_record(null::seeds.target, d.shown) as r
    where d.seed = 'target';
end $$;
comment on function ops.apply_decided_values() is
'把决定写入种子表。 | Writes what was decided into the seed tables.';

create or replace function ops.load_seeds(seeds jsonb) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $_$
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
    perform ops.apply_decided_values();
    return loaded;
end $_$;

create function ops.decide_value(
    wanted_seed text, wanted_key jsonb, row_of_seed jsonb, change text, from_date date, why text
) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    used date := (select max(b.report_date) from ops.build as b);
begin
    perform ops.assert_reason(why, '更改', 'a change');
    -- What a night has used stays as it was; one in progress reads it at several moments.
    if from_date is null or from_date <= used then
        raise exception using errcode = 'WH034',
            message = format('生效日期须晚于 %1$s，该日的一晚已经运行 | it takes effect after %1$s, whose night has run', used);
    end if;
    perform ops.lock_chain(null);
    if exists (select from ops.tonight) then
        raise exception using errcode = 'WH035',
            message = '夜间汇总正在进行，结束后再改 | a night is being built: change it when it has ended';
    end if;
    insert into ops.decided_value (seed, key, shown) values (wanted_seed, wanted_key, row_of_seed)
    on conflict (seed, key) do update
    set shown = excluded.shown, decided_at = now(), decided_by = session_user;
    perform ops.apply_decided_values();
    perform ops.record_act('decide_' || wanted_seed, change, why);
end $$;
comment on function ops.decide_value(text, jsonb, jsonb, text, date, text) is
'记录并应用一个决定。 | Records a decided value and applies it.';

create function ops.decide_target(wanted text, of_county text, from_date date, new_value integer, why text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    before record;
begin
    select * into before from seeds.target as t
    where t.target_code = wanted and t.county_code = of_county and t.valid_from <= from_date
    order by t.valid_from desc limit 1;
    if not found then
        raise exception using errcode = 'WH002',
            message = format('%1$s 没有目标 %2$s | %1$s has no target %2$s', of_county, wanted);
    end if;
    if new_value is null or new_value < 0 then
        raise exception using errcode = 'WH036', message = '目标须为不小于 0 的整数 | a target is a whole number, 0 or more';
    end if;
    perform ops.decide_value(
        'target',
        jsonb_build_object('county_code', of_county, 'target_code', wanted, 'valid_from', from_date),
        to_jsonb(before) || jsonb_build_object('valid_from', from_date, 'target_value', new_value, 'is_demonstration', false),
        format('%s %s: %s -> %s (%s)', of_county, wanted, before.target_value, new_value, from_date),
        from_date, why
    );
end $$;
comment on function ops.decide_target(text, text, date, integer, text) is
'自某日起更改一个目标，并登记。 | Changes a target from a date on, on the record.';

create function ops.decide_setting(wanted text, from_date date, new_value text, why text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    before record;
    number text := '^-?[0-9]+([.][0-9]+)?$';
begin
    select * into before from seeds.setting as s
    where s.name = wanted and s.valid_from <= from_date
    order by s.valid_from desc limit 1;
    if not found then
        raise exception using errcode = 'WH002', message = format('没有参数 %1$s | there is no setting %1$s', wanted);
    end if;
    if btrim(coalesce(new_value, '')) = '' or before.value ~ number and btrim(new_value) !~ number then
        raise exception using errcode = 'WH036',
            message = format('参数 %1$s 的值须与 %2$s 同类 | the value of %1$s is of the kind of %2$s', wanted, before.value);
    end if;
    perform ops.decide_value(
        'setting',
        jsonb_build_object('name', wanted, 'valid_from', from_date),
        to_jsonb(before) || jsonb_build_object('valid_from', from_date, 'value', btrim(new_value), 'enabled', true),
        format('%s: %s -> %s (%s)', wanted, before.value, btrim(new_value), from_date),
        from_date, why
    );
end $$;
comment on function ops.decide_setting(text, date, text, text) is
'自某日起更改一个参数，并登记。 | Changes a setting from a date on, on the record.';

grant select on ops.decided_value to wh_loader, wh_transformer, wh_gate, wh_publisher, wh_auditor, wh_operator;
grant execute on function ops.decide_target(text, text, date, integer, text) to wh_operator;
grant execute on function ops.decide_setting(text, date, text, text) to wh_operator;
grant usage on schema seeds to wh_operator;
grant select on all tables in schema seeds to wh_operator;
reset role;
