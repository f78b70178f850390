-- The ledger: what is due, what arrived, what was taken in, what was built and published.
set role wh_owner;

create table ops.build (
    build integer generated always as identity primary key,
    report_date date not null,
    run_id text not null,
    started_at timestamptz not null default now(),
    status text not null default 'building'
    check (status in ('building', 'held', 'published', 'abandoned')),
    held_reason text
);
comment on table ops.build is
'One row a night that was begun. The number is the clock of the warehouse: from_build and to_build count in it. | 每晚一次建库，编号即数据仓库的时钟。';
-- One night at a time.
create unique index one_night_at_a_time on ops.build ((true)) where status = 'building';

create table ops.publication (
    publication integer primary key references ops.build (build),
    report_date date not null,
    published_at timestamptz not null default now(),
    vintage text not null default 'flash' check (vintage in ('flash', 'revised', 'final')),
    digest numeric not null,
    released_by text,
    release_reason text check (length(btrim(release_reason)) >= 3),
    rolled_back_at timestamptz,
    check ((released_by is null) = (release_reason is null))
);

create table ops.pointer (
    only_row boolean primary key default true check (only_row),
    publication integer references ops.publication (publication)
);
insert into ops.pointer default values;

create view ops.tonight as
select build, report_date, run_id, started_at from ops.build where status = 'building';
comment on view ops.tonight is 'The night that is being built: one row, or none. | 正在建的一晚。';

create table ops.arrival (
    path text primary key,
    file_bytes bigint not null,
    modified_at timestamptz not null,
    epoch integer not null default 0,
    claimed_at timestamptz,
    taken_in_at timestamptz,
    delivery_id bigint
);
comment on table ops.arrival is
'Files of the landing zone by path, size and time. The epoch fences loaders: one that was replaced cannot commit. | 落地区文件。';

create table ops.delivery (
    delivery_id bigint generated always as identity primary key,
    feed text not null,
    unit text not null,
    report_date date not null,
    part text not null default '',
    revision integer not null check (revision >= 1),
    kind text not null check (kind in ('file', 'nil', 'pages', 'correction')),
    sha256 bytea not null check (octet_length(sha256) = 32),
    path text,
    file_bytes bigint not null default 0,
    arrived_at timestamptz not null,
    landed_at timestamptz not null default now(),
    rows_read integer not null default 0,
    rows_landed integer not null default 0,
    rows_rejected integer not null default 0,
    key_version smallint not null default 1,
    extra_columns text [] not null default '{}',
    understood jsonb not null default '{}',
    status text not null default 'landed'
    check (status in ('landed', 'accepted', 'held', 'refused', 'withdrawn')),
    reason text,
    build integer references ops.build (build),
    unique (feed, unit, report_date, part, revision),
    check (rows_read = rows_landed + rows_rejected)
);
comment on table ops.delivery is
'One row a revision of a delivery (feed, unit, report date, part): what was read, landed and rejected, and what the gates said of it. | 每次报送的每个版本。';
create index delivery_by_build on ops.delivery (build);
create index delivery_by_date on ops.delivery (feed, unit, report_date);

create table ops.due (
    feed text not null,
    unit text not null,
    report_date date not null,
    due_at timestamptz not null,
    primary key (feed, unit, report_date)
);
comment on table ops.due is 'Deliveries that are expected, before anything arrives. | 应报清单，先于到报。';

create table ops.platform_cursor (
    resource text primary key,
    watermark timestamptz not null,
    read_at timestamptz not null
);

create table ops.check_result (
    build integer not null references ops.build (build),
    gate smallint not null check (gate in (1, 2)),
    suite text not null,
    check_name text not null,
    feed text,
    unit text not null default '532500',
    delivery_id bigint references ops.delivery (delivery_id),
    severity text not null check (severity in ('critical', 'warning', 'info')),
    success boolean not null,
    observed text,
    expected text,
    unexpected_rows bigint not null default 0,
    message_zh text,
    message_en text
);
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

create table ops.alert (
    alert_id bigint generated always as identity primary key,
    raised_at timestamptz not null default now(),
    build integer,
    report_date date,
    level text not null check (level in ('critical', 'warning', 'info')),
    kind text not null,
    unit text not null default '532500',
    step text,
    title text not null,
    body text not null,
    link text,
    sent_at timestamptz,
    send_error text,
    unique nulls not distinct (build, kind, unit)
);
comment on table ops.alert is 'What was told, to whom, about which night; also where no channel is configured. | 告警。';

create table ops.product (
    product text not null,
    report_date date not null,
    publication integer not null references ops.publication (publication),
    vintage text not null,
    path text not null,
    made_at timestamptz not null default now(),
    primary key (product, report_date, publication)
);

create table ops.waiver (
    check_name text not null,
    unit text not null,
    valid_from date not null,
    valid_to date not null,
    granted_by text not null,
    reason text not null check (length(btrim(reason)) >= 3),
    primary key (check_name, unit, valid_from)
);

create table ops.reader_county (
    login text not null,
    county_code text not null,
    primary key (login, county_code)
);
insert into ops.reader_county (login, county_code)
select rolname, right(rolname, 6) from pg_roles where rolname ~ '^(county|caseworker)_\d{6}$';

create table ops.generated_object (
    name text primary key,
    statement_digest bytea not null,
    made_at timestamptz not null default now()
);

-- Identities. Ciphertexts only; the key never enters the database.
create table vault.person (
    person_key uuid primary key,
    key_version smallint not null,
    county_code text,
    sealed bytea not null
);
create table vault.bank_account (
    account_key uuid primary key,
    key_version smallint not null,
    sealed bytea not null
);
create table vault.rejected_row (
    delivery_id bigint not null references ops.delivery (delivery_id),
    sheet text not null default '',
    line integer not null,
    column_name text not null,
    reason text not null,
    key_version smallint not null default 1,
    sealed bytea not null,
    corrected_by bigint references ops.delivery (delivery_id)
);
comment on table vault.rejected_row is
'Rows that broke the contract: where and why in clear, the row as it came sealed. One row a broken cell; the first is the reason counted. | 退回行。';
create index rejected_row_by_delivery on vault.rejected_row (delivery_id);
create table vault.reveal_log (
    revealed_at timestamptz not null default now(),
    login text not null,
    person_key uuid not null,
    purpose text not null check (length(btrim(purpose)) >= 3)
);

grant select on all tables in schema ops to wh_loader, wh_transformer, wh_gate, wh_publisher, wh_auditor;
revoke select on ops.reader_county from wh_loader, wh_transformer, wh_gate, wh_publisher;
grant insert, update on ops.arrival to wh_loader;
grant insert on ops.delivery to wh_loader;
grant insert on ops.due to wh_loader;
grant insert, update on ops.platform_cursor to wh_loader;
grant insert on vault.person, vault.bank_account, vault.rejected_row to wh_loader;
grant select (person_key) on vault.person to wh_loader;
grant select (account_key) on vault.bank_account to wh_loader;
grant select (delivery_id, sheet, line, column_name, reason, corrected_by) on vault.rejected_row to wh_loader;
grant update (corrected_by) on vault.rejected_row to wh_loader;
grant insert, delete on ops.check_result to wh_gate;
grant insert, update, delete on ops.certificate to wh_gate;
grant update (status, reason) on ops.delivery to wh_gate;
grant insert, update on ops.alert to wh_publisher;
grant insert on ops.product to wh_publisher;

reset role;
