-- Programs raise alerts, bring them up to date and record what was sent; who took notice is ops.acknowledge_alert's alone
-- to write. They could update the whole row, and so take notice in anybody's name.
set role wh_owner;

revoke insert, update on ops.alert from wh_loader, wh_publisher;
grant insert (report_date, level, kind, unit, title, body, link), update (title, body, link, resolved_at)
on ops.alert to wh_loader;
grant
    insert (build, report_date, level, kind, unit, subject, since, step, title, body, link),
    update (build, level, subject, since, step, title, body, link, sent_at, send_error, resolved_at)
on ops.alert to wh_publisher;

reset role;
