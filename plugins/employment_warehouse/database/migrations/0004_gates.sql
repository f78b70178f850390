-- What the gates checked and found, and what they remember of deliveries.
set role wh_owner;

create table ops.check_result (
    build integer not null references ops.build (build),
    gate smallint not null check (gate in (1, 2)),
    suite text not null,
    check_name text not null,
    feed text,
    unit text not null default ops.prefecture(),
    delivery_id bigint references ops.delivery (delivery_id),
    severity text not null check (severity in ('critical', 'warning', 'info')),
    success boolean not null,
    observed text,
    expected text,
    unexpected_rows bigint not null default 0,
    message_zh text,
    message_en text,
    waiver text
);
comment on column ops.check_result.waiver is
'豁免人与理由。 | Who waived this failure, and why; it counts as a failure, and holds nothing.';
create index check_result_by_build on ops.check_result (build);

create table ops.certificate (
    build integer primary key references ops.build (build),
    issued_at timestamptz not null default now(),
    suite_versions jsonb not null,
    checks_expected integer not null check (checks_expected > 0),
    checks_run integer not null,
    critical_failed integer not null,
    row_counts jsonb not null,
    digest numeric not null
);

-- A gate writes of the night that is being built, and of no other.
alter table ops.certificate enable row level security;
alter table ops.check_result enable row level security;
create policy read_all on ops.certificate for select using (true);
create policy read_all on ops.check_result for select using (true);
create policy of_tonight on ops.certificate to wh_gate
using (build in (select t.build from ops.tonight as t))
with check (build in (select t.build from ops.tonight as t));
create policy of_tonight on ops.check_result to wh_gate
using (build in (select t.build from ops.tonight as t))
with check (build in (select t.build from ops.tonight as t));

create table ops.delivery_profile (
    delivery_id bigint primary key references ops.delivery (delivery_id),
    feed text not null,
    unit text not null,
    report_date date not null,
    measures jsonb not null
);
comment on table ops.delivery_profile is
'入库前检查对每次报送的度量（行数、占比、均值、结构），供日后比对。 | What gate 1 measured of a unit''s deliveries of a date (all parts; the delivery named is the newest): row counts, shares, means and mixes, never a row. Later ones are compared with it.';
create index delivery_profile_by_unit on ops.delivery_profile (feed, unit, report_date);

create table ops.alert (
    alert_id bigint generated always as identity primary key,
    raised_at timestamptz not null default now(),
    build integer,
    report_date date,
    level text not null check (level in ('critical', 'warning', 'info')),
    kind text not null,
    unit text not null default ops.prefecture(),
    step text,
    title text not null,
    body text not null,
    link text,
    sent_at timestamptz,
    send_error text,
    unique nulls not distinct (build, kind, unit)
);
comment on table ops.alert is
'告警。 | What was reported, to whom, about which night; also where no channel is configured.';

create table ops.rule_decision (
    finding text not null,
    valid_from date not null,
    enabled boolean not null,
    decided_by text not null check (length(btrim(decided_by)) >= 2),
    legal_basis text not null check (length(btrim(legal_basis)) >= 3),
    decided_at timestamptz not null default now(),
    primary key (finding, valid_from)
);
comment on table ops.rule_decision is
'疑点规则启用决定（决定人、依据、生效日期）。 | Who switched a rule of the findings on or off, from which report date, on which legal basis. Takes precedence over the seed finding_rule.';

create function ops.decide_rule(wanted text, from_date date, is_enabled boolean, operator text, basis text)
returns void
language sql security definer set search_path = pg_catalog, pg_temp
as $$
    insert into ops.rule_decision as known (finding, valid_from, enabled, decided_by, legal_basis)
    values (wanted, from_date, is_enabled, operator, basis)
    on conflict (finding, valid_from) do update
    set enabled = excluded.enabled, decided_by = excluded.decided_by, legal_basis = excluded.legal_basis,
        decided_at = now()
$$;
comment on function ops.decide_rule(text, date, boolean, text, text) is
'启用或停用一条疑点规则。 | Switches a rule of the findings on or off from a report date; refused without a name and a legal basis.';

grant execute on function ops.decide_rule(text, date, boolean, text, text) to wh_publisher;

reset role;
