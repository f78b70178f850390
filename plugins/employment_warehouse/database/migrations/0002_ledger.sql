-- The ledger: what is due, what arrived, what was accepted, what was built and published.
set role wh_owner;

create table ops.build (
    build integer generated always as identity primary key,
    report_date date not null,
    run_id text not null,
    base integer not null,
    started_at timestamptz not null default now(),
    status text not null default 'building'
    check (status in ('building', 'held', 'published', 'abandoned', 'rolled_back')),
    held_reason text
);
comment on table ops.build is
'每晚一次汇总，编号即数据仓库的时钟。 | One row a night that was begun. The number is the clock of the warehouse: from_build and to_build count in it.';
comment on column ops.build.base is
'开始汇总时的链首编号；发布时须未变。 | The chain head when the build began; it is published only while that has not moved.';
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
    rolled_back_by text,
    rollback_reason text check (length(btrim(rollback_reason)) >= 3),
    check ((released_by is null) = (release_reason is null)),
    check (
        (rolled_back_at is null) = (rolled_back_by is null) and (rolled_back_at is null) = (rollback_reason is null)
    )
);

create table ops.pointer (
    only_row boolean primary key default true check (only_row),
    publication integer references ops.publication (publication)
);
insert into ops.pointer default values;

create view ops.tonight as
select build, report_date, run_id, started_at from ops.build where status = 'building';
comment on view ops.tonight is '正在汇总的一晚。 | The night that is being built: one row, or none.';

create table ops.arrival (
    path text primary key,
    file_bytes bigint not null,
    modified_at timestamptz not null,
    epoch integer not null default 0,
    claimed_at timestamptz,
    ingested_at timestamptz,
    delivery_id bigint
);
comment on table ops.arrival is
'落地区文件。 | Files of the landing zone by path, size and time. The epoch fences loaders: one that was replaced cannot commit.';

create table ops.delivery (
    delivery_id bigint generated always as identity primary key,
    feed text not null,
    unit text not null,
    report_date date not null,
    part text not null default '',
    revision integer not null check (revision >= 1),
    kind text not null check (kind in ('file', 'nil', 'pages', 'correction', 'withdrawn')),
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
    purged_at timestamptz,
    unique (feed, unit, report_date, part, revision),
    check (rows_read = rows_landed + rows_rejected),
    -- A loader lands, and accepts nothing: what is accepted, held or withdrawn belongs to a build.
    constraint a_build_decides check (status in ('landed', 'refused') or build is not null)
);
comment on table ops.delivery is
'每次报送的每个版本。 | One row a revision of a delivery (feed, unit, report date, part): what was read, landed and rejected, and the decision of the gates. What a unit has removed is a revision of kind `withdrawn` without rows.';
comment on column ops.delivery.purged_at is
'落地行清理时间。 | When its rows left landing; they are restored from the archive when a late part, a correction or a rollback needs them.';
create index delivery_by_build on ops.delivery (build);
create index delivery_by_date on ops.delivery (feed, unit, report_date);

create table ops.due (
    feed text not null,
    unit text not null,
    report_date date not null,
    due_at timestamptz not null,
    primary key (feed, unit, report_date)
);
comment on table ops.due is '应报清单，先于到报。 | Deliveries that are expected, before anything arrives.';

create table ops.platform_cursor (
    resource text primary key,
    watermark timestamptz not null,
    read_at timestamptz not null
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

create table ops.product (
    product text not null,
    report_date date not null,
    publication integer not null references ops.publication (publication),
    vintage text not null,
    path text not null,
    made_at timestamptz not null default now(),
    primary key (product, report_date, publication)
);

create table ops.generated_object (
    name text primary key,
    statement_digest bytea not null,
    made_at timestamptz not null default now()
);

reset role;
