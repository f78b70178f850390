-- Who decided what, and why: one table that nobody changes. An author is the login of the session, never an argument.
set role wh_owner;

create table ops.act (
    act bigint generated always as identity primary key,
    acted_at timestamptz not null default clock_timestamp(),
    login text not null default session_user,
    kind text not null check (kind ~ '^[a-z]+(_[a-z]+)*$'),
    subject text not null check (length(btrim(subject)) >= 1),
    reason text check (length(btrim(reason)) >= 3),
    build integer,
    delivery_id bigint,
    about_login text
);
comment on table ops.act is
'操作记录：何人何时作出何种决定及理由；只增不改，不含身份信息。 | What people and programs decided: who (the login of the session), when, what about, and why. Rows are only ever added, and name no person that the warehouse counts.';
comment on column ops.act.login is '作出决定的登录名。 | The login that decided.';
comment on column ops.act.subject is '所涉事项。 | What the act is about, in words or as a name.';
comment on column ops.act.build is '所涉汇总或发布的编号。 | Number of the build, which is also that of its publication.';
comment on column ops.act.about_login is '所涉登录名。 | The login that the act is about, where it is about one.';
create index act_by_kind on ops.act (kind, acted_at);

create function ops.refuse_change_of_acts() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception using errcode = 'WH030',
        message = '操作记录只增不改 | acts are only ever added: no row of ops.act is changed or deleted';
end $$;
create trigger acts_are_only_added before update or delete or truncate on ops.act
for each statement execute function ops.refuse_change_of_acts();
alter table ops.act enable always trigger acts_are_only_added;

-- Called by functions of wh_owner alone: nobody is granted it.
create function ops.record_act(
    kind text, subject text, reason text,
    build integer default null, delivery_id bigint default null, about_login text default null
) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    number bigint;
begin
    -- Eleven digits, or groups of three and more: no date, no number of a delivery.
    if normalize(reason, nfkc) ~ '[0-9]{11}|([0-9]{3,}[ -]){2}[0-9]{3}' then
        raise exception using errcode = 'WH031',
            message = '理由中不得有证件、账户或手机号码 | a reason must not quote the number of a person, an account or a phone',
            hint = 'Name the delivery, the unit or the document instead.';
    end if;
    insert into ops.act (kind, subject, reason, build, delivery_id, about_login)
    values (
        record_act.kind, record_act.subject, nullif(btrim(record_act.reason), ''), record_act.build,
        record_act.delivery_id, record_act.about_login
    )
    returning act into number;
    return number;
end $$;
comment on function ops.record_act(text, text, text, integer, bigint, text) is
'登记一项操作，经办人取自登录名。 | Records an act of the session''s login; refused where its words quote a number of a person. The number of the act.';

-- A reason that says something; the error names the act.
create function ops.assert_reason(why text, act_zh text, act_en text) returns void
language plpgsql immutable set search_path = pg_catalog, pg_temp
as $$
begin
    if length(btrim(coalesce(why, ''))) < 3 then
        raise exception using errcode = 'WH005',
            message = format('%s须填写理由 | %s needs a reason', act_zh, act_en);
    end if;
end $$;

drop function ops.publish(integer, text, text);
drop function ops.release_delivery(bigint, text, text);
drop function ops.roll_back(integer, bigint [], text, text);
drop function ops.begin_nights(date, text);
drop function ops.decide_rule(text, date, boolean, text, text);

-- What publishing and releasing a night have in common; nobody is granted it.
create function ops.move_pointer(number integer, release_reason text) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    night ops.build;
    paper ops.certificate;
begin
    perform pg_advisory_xact_lock(hashtext('ops.build'));
    perform from ops.pointer for update;
    select * into night from ops.build as b where b.build = number for update;
    if not found then
        raise exception using errcode = 'WH002', message = format('没有第 %1$s 次汇总 | there is no build %1$s', number);
    end if;
    if night.status = 'published' then
        return number;
    end if;
    if night.run_id = 'scratch' then
        raise exception using errcode = 'WH003', message = format('build %s is a scratch build', number);
    end if;
    if night.status not in ('building', 'held') or night.base <> ops.chain_head()
        or number < (select max(b.build) from ops.build as b)
    then
        raise exception using errcode = 'WH003', message = format(
            '第 %1$s 次汇总（%2$s）之后另有汇总、发布或撤回 | build %1$s (%2$s) is not the newest on publication %3$s;'
            ' a later one was begun, published or rolled back',
            number, night.status, ops.chain_head()
        );
    end if;
    select * into paper from ops.certificate as c where c.build = number;
    if not found or paper.checks_run <> paper.checks_expected then
        raise exception using errcode = 'WH004',
            message = format('第 %1$s 次汇总没有完整的检查结论 | build %1$s has no complete certificate of gate 2', number);
    end if;
    if paper.issued_at < night.started_at then
        raise exception using errcode = 'WH004', message = format('第 %1$s 次汇总的检查结论已过期 | the certificate of build %1$s is stale', number);
    end if;
    if paper.critical_failed > 0 and release_reason is null then
        raise exception using errcode = 'WH005',
            message = format(
                '第 %1$s 次汇总有 %2$s 项发布前检查未通过，暂扣 | gate 2 holds build %1$s: %2$s critical checks failed',
                number, paper.critical_failed
            ),
            hint = 'An operator may release it on the record, under his or her own login and for a reason.';
    end if;
    if paper.digest <> ops.build_digest(number) then
        raise exception using errcode = 'WH006',
            message = format('第 %1$s 次汇总在检查后被改动 | build %1$s changed after its certificate was written', number);
    end if;
    insert into ops.publication (publication, report_date, digest, released_by, release_reason)
    values (
        number, night.report_date, paper.digest,
        case when paper.critical_failed > 0 then session_user end,
        case when paper.critical_failed > 0 then release_reason end
    );
    if paper.critical_failed > 0 then
        perform ops.record_act('release_night', format('build %s of %s', number, night.report_date), release_reason, build => number);
    end if;
    update ops.build set status = 'published' where build = number;
    update ops.pointer set publication = number;
    return number;
end $$;

create function ops.publish(number integer) returns integer
language sql security definer set search_path = pg_catalog, pg_temp
as $$ select ops.move_pointer(number, null) $$;
comment on function ops.publish(integer) is
'发布检查通过的一次汇总。 | Publishes a build whose certificate is complete, clean and of these very rows; the number of the publication.';

create function ops.release_night(number integer, why text) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    perform ops.assert_reason(why, '放行', 'a release');
    return ops.move_pointer(number, why);
end $$;
comment on function ops.release_night(integer, text) is
'登记后发布被暂扣的一晚。 | Publishes a night that gate 2 holds, under the name of the session''s login and for a reason.';

create or replace function ops.hold_night(number integer, why text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    night ops.build;
begin
    update ops.build as b set status = 'held', held_reason = why
    where b.build = number and b.status in ('building', 'held') and (b.status, b.held_reason) is distinct from ('held', why)
    returning b.* into night;
    if found then
        perform ops.record_act('hold_night', format('build %s of %s', number, night.report_date), why, build => number);
    end if;
end $$;

-- The parts of a unit's date were held together and are released together: half a snapshot would close the other half.
create function ops.release_delivery(number bigint, why text) returns bigint []
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    named ops.delivery;
    numbers bigint [];
begin
    perform ops.assert_reason(why, '放行', 'a release');
    select * into named from ops.delivery as d where d.delivery_id = number;
    if not found then
        raise exception using errcode = 'WH002',
            message = format('报送编号 %s 不存在 | there is no delivery %s', number, number),
            hint = 'The alert and the status page show the numbers of held deliveries.';
    end if;
    if named.status <> 'held' then
        raise exception using errcode = 'WH013', message = format(
            '报送编号 %s 未被暂扣（%s） | delivery %s is not held (%s)', number, named.status, number, named.status
        );
    end if;
    with released as (
        update ops.delivery as d
        set status = 'landed', build = null, reason = null
        where (d.feed, d.unit, d.report_date) = (named.feed, named.unit, named.report_date) and d.status = 'held'
        returning d.delivery_id, d.unit, d.report_date
    ),
    waived as (
        insert into ops.waiver (check_name, unit, valid_from, valid_to, granted_by, reason)
        select 'delivery:' || r.delivery_id, r.unit, r.report_date, r.report_date, session_user, why
        from released as r
        on conflict do nothing
    )
    select array_agg(r.delivery_id order by r.delivery_id) into numbers from released as r;
    perform ops.record_act(
        'release_delivery',
        format('%s %s %s: %s', named.feed, named.unit, named.report_date, array_to_string(numbers, ', ')),
        why, delivery_id => number
    );
    return numbers;
end $$;
comment on function ops.release_delivery(bigint, text) is
'放行被暂扣的报送及同批各部分；两道检查均不再暂扣。 | Releases a held delivery with the parts held with it, under the name of the session''s login; neither gate holds them again. The numbers of all that was released.';

create function ops.grant_waiver(wanted_check text, wanted_unit text, from_date date, to_date date, why text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    perform ops.assert_reason(why, '豁免', 'a waiver');
    if wanted_check like 'delivery:%' then
        raise exception using errcode = 'WH013',
            message = '报送的豁免由放行产生 | the waiver of a delivery comes with its release',
            hint = 'Use ops.release_delivery.';
    end if;
    insert into ops.waiver (check_name, unit, valid_from, valid_to, granted_by, reason)
    values (wanted_check, wanted_unit, from_date, to_date, session_user, why);
    perform ops.record_act('grant_waiver', format('%s %s %s–%s', wanted_check, wanted_unit, from_date, to_date), why);
end $$;
comment on function ops.grant_waiver(text, text, date, date, text) is
'在若干日内豁免某单位的某项检查。 | Lets a check of a unit fail without holding anything, on the dates given, under the name of the session''s login.';

create function ops.roll_back(number integer, withdrawn bigint [], why text) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    wrong bigint;
begin
    perform pg_advisory_xact_lock(hashtext('ops.build'));
    perform from ops.pointer for update;
    perform ops.assert_reason(why, '撤回', 'a rollback');
    if not exists (
        select from ops.publication as p where p.publication = number and p.rolled_back_at is null
    ) then
        raise exception using errcode = 'WH002',
            message = format('没有第 %1$s 号发布，或已撤回 | publication %1$s does not exist, or is rolled back already', number);
    end if;
    select w into wrong
    from unnest(withdrawn) as w
    left join ops.delivery as d on d.delivery_id = w and d.status = 'accepted' and d.build >= number
    where d.delivery_id is null
    order by w limit 1;
    if found then
        raise exception using errcode = 'WH011',
            message = format(
                '报送 %1$s 不是由第 %2$s 号及其后的发布采用的'
                ' | delivery %1$s was not accepted by publication %2$s or a later one', wrong, number
            ),
            hint = 'Roll back to before the publication that accepted it.';
    end if;

    update ops.build set status = 'abandoned' where status = 'building';
    update ops.publication as p
    set rolled_back_at = now(), rolled_back_by = session_user, rollback_reason = why
    where p.publication >= number and p.rolled_back_at is null;
    update ops.build as b set status = 'rolled_back' where b.build >= number and b.status = 'published';
    update ops.pointer set publication = (
        select max(p.publication) from ops.publication as p where p.rolled_back_at is null
    );
    -- What is withdrawn is never used again; the rest is offered to the next night, as if it had just arrived.
    update ops.delivery as d set status = 'withdrawn', reason = why where d.delivery_id = any(withdrawn);
    update ops.delivery as d set status = 'landed', build = null, reason = null
    where d.status = 'accepted' and d.build >= number;
    -- Items of a withdrawn reading are sent again only when the platform is read from the beginning.
    delete from ops.platform_cursor
    where exists (select from ops.delivery as d where d.delivery_id = any(withdrawn) and d.kind = 'pages');
    perform ops.record_act(
        'roll_back',
        format('publication %s and later; withdrawn deliveries: %s', number, coalesce(nullif(array_to_string(withdrawn, ', '), ''), '-')),
        why, build => number
    );
    return ops.standing_publication();
end $$;
comment on function ops.roll_back(integer, bigint [], text) is
'撤回某次及其后的发布，并作废所列报送。 | Rolls back a publication and every later one, and withdraws the deliveries that caused it, under the name of the session''s login; the publication shown from now on (NULL: none).';

create function ops.begin_nights(wanted_date date) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    if wanted_date is null then
        raise exception using errcode = 'WH005', message = '须填写日期 | a begin needs a date';
    end if;
    insert into ops.schedule_begin (first_date, operator) values (wanted_date, session_user);
    perform ops.record_act('begin_nights', wanted_date::text, null);
end $$;
comment on function ops.begin_nights(date) is
'自该报表日期起自动运行夜间流程。 | From this report date on scheduled nights run; the session''s login decides it.';

create function ops.decide_rule(wanted text, from_date date, is_enabled boolean, basis text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    insert into ops.rule_decision as known (finding, valid_from, enabled, decided_by, legal_basis)
    values (wanted, from_date, is_enabled, session_user, basis)
    on conflict (finding, valid_from) do update
    set enabled = excluded.enabled, decided_by = excluded.decided_by, legal_basis = excluded.legal_basis,
        decided_at = now();
    perform ops.record_act(
        'decide_rule', format('%s %s from %s', wanted, case when is_enabled then 'on' else 'off' end, from_date), basis
    );
end $$;
comment on function ops.decide_rule(text, date, boolean, text) is
'启用或停用一条疑点规则。 | Switches a rule of the findings on or off from a report date, under the name of the session''s login; refused without a legal basis.';

-- Programs publish what the gates let pass; people decide the rest.
grant execute on function ops.publish(integer) to wh_publisher;
grant execute on function
ops.release_night(integer, text), ops.release_delivery(bigint, text), ops.roll_back(integer, bigint [], text),
ops.begin_nights(date), ops.decide_rule(text, date, boolean, text), ops.grant_waiver(text, text, date, date, text),
ops.chain_head(), ops.standing_publication(), ops.first_scheduled_date()
to wh_operator;

grant usage on schema ops to wh_operator;
grant select on all tables in schema ops to wh_operator;
revoke select on ops.reader_county from wh_operator;
grant select on ops.act to wh_loader, wh_transformer, wh_gate, wh_publisher, wh_auditor;

reset role;
