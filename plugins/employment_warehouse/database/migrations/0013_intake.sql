-- What a night found and has not ingested. A failure of the warehouse leaves a row here; it is not a missing delivery.
set role wh_owner;

create table ops.intake_failure (
    night_on date not null,
    feed text not null,
    unit text not null default '*',
    path text not null default '',
    reason text not null,
    recorded_at timestamptz not null default now(),
    primary key (night_on, feed, unit, path)
);
comment on table ops.intake_failure is
'当晚已发现但未能入库的文件或来源（系统原因，不是未报）。 | Files and sources that a night has found and not ingested: a row is written before the attempt, deleted by its success, and counts as a failure of the warehouse when the night is built. Unit * stands for every unit of the feed.';

grant select on ops.intake_failure to wh_transformer, wh_gate, wh_publisher, wh_auditor;
grant select, insert, update, delete on ops.intake_failure to wh_loader;

reset role;
