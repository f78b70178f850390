-- The tables of `tonight` are unlogged. After a crash of the server they are empty, while ops.model_version and `store`
-- still say that their models were written: marts would be computed from no changes at all. The one row here is lost
-- with them, so whoever builds the marts knows.
set role wh_owner;

create unlogged table ops.tonight_core (build integer primary key, is_built boolean not null);
comment on table ops.tonight_core is
'当晚表的归属；服务器崩溃后与当晚表一同清空。 | Whose rows the tables of `tonight` have, and whether the core layer is built: empty after a crash of the server, as they are.';
grant select on ops.tonight_core
to wh_loader, wh_transformer, wh_gate, wh_publisher, wh_auditor, wh_operator;

create function ops.begin_core(number integer) returns void
language sql security definer set search_path = pg_catalog, pg_temp
as $$
    delete from ops.tonight_core where exists (select from ops.tonight as t where t.build = number);
    insert into ops.tonight_core (build, is_built) select t.build, false from ops.tonight as t where t.build = number;
$$;
comment on function ops.begin_core(integer) is
'开始计算核心层。 | The core layer of the build in progress is begun: none of it counts as built. Of another build: nothing.';

create function ops.confirm_core(number integer) returns void
language sql security definer set search_path = pg_catalog, pg_temp
as $$
    update ops.tonight_core as c set is_built = true where c.build = number;
$$;
comment on function ops.confirm_core(integer) is
'核心层计算完毕；其间服务器崩溃过则无效。 | The core layer is built. Nothing, if the server has crashed since it was begun.';

create function ops.core_is_built(number integer) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
    select exists (select from ops.tonight_core as c where c.build = number and c.is_built);
$$;
comment on function ops.core_is_built(integer) is
'核心层的当晚表是否仍在。 | Whether `tonight` still has all that the core layer of a build left there.';

revoke all on function ops.begin_core(integer), ops.confirm_core(integer), ops.core_is_built(integer) from public;
grant execute on function ops.begin_core(integer), ops.confirm_core(integer), ops.core_is_built(integer)
to wh_transformer;

reset role;
