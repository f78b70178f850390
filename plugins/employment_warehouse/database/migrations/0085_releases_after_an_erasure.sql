-- A night that gate 2 holds may have rows of a person who is erased before its release: its certificate is void then,
-- and the refusal did not say why. Whoever releases need not know whom the night was about.
set role wh_owner;

create or replace function ops.release_night(number integer, why text) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '15s'
as $$
begin
    perform ops.assert_reason(why, '放行', 'a release');
    perform ops.lock_chain(number);
    if exists (select from ops.build as b where b.build = number and b.status = 'building') then
        raise exception using errcode = 'WH003',
            message = format('第 %1$s 次汇总尚未结束 | build %1$s has not ended', number),
            hint = 'A night can be released once gate 2 holds it.';
    end if;
    if exists (
        select from ops.certificate as c
        inner join vault.erasure as e on c.issued_at < e.done_at
        inner join ops.build as b on c.build = b.build
        where c.build = number and b.status = 'held'
    ) then
        raise exception using errcode = 'WH006',
            message = format(
                '第 %1$s 次汇总检查之后删除过人员，须重新运行当晚流程 | a person was erased after build %1$s was checked:'
                ' run the night again', number
            );
    end if;
    return ops.move_pointer(number, why);
end $$;

reset role;
