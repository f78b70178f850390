-- Who reads and writes which table of the ledger and the vault. What belongs to one object alone stands beside it.
set role wh_owner;

grant select on all tables in schema ops to wh_loader, wh_transformer, wh_gate, wh_publisher, wh_auditor;
revoke select on ops.reader_county from wh_loader, wh_transformer, wh_gate, wh_publisher;
grant select on ops.delivery to wh_returner;

grant insert, update on ops.arrival to wh_loader;
grant insert (
    feed, unit, report_date, part, revision, kind, sha256, path, file_bytes, arrived_at, rows_read, rows_landed,
    rows_rejected, key_version, extra_columns, understood, status, reason
) on ops.delivery to wh_loader;
-- Counts are known at the end of a delivery; its rows name it from the start.
grant update (rows_read, rows_landed, rows_rejected, extra_columns, understood, purged_at) on ops.delivery to wh_loader;
grant insert on ops.due to wh_loader;
grant insert, update on ops.platform_cursor to wh_loader;
grant insert, update on ops.alert to wh_loader, wh_publisher;

grant insert on vault.person, vault.bank_account, vault.rejected_row to wh_loader;
-- The register of labour says which county a person belongs to, and replaces what another feed has sealed.
grant select (person_key, county_code), update (county_code, key_version, sealed) on vault.person to wh_loader;
grant select (account_key) on vault.bank_account to wh_loader;
grant select (delivery_id, sheet, line, column_name, reason, corrected_by), update (corrected_by)
on vault.rejected_row to wh_loader;
grant select, insert on vault.known to wh_loader;
grant select, insert (check_value) on vault.token_key to wh_loader;
grant select on vault.rejected_row to wh_returner;

grant insert, delete on ops.check_result to wh_gate;
grant insert, update, delete on ops.certificate to wh_gate;
grant select, insert, delete on ops.delivery_profile to wh_gate;
grant update (status, reason) on ops.delivery to wh_gate;
grant insert on ops.product to wh_publisher;

reset role;
