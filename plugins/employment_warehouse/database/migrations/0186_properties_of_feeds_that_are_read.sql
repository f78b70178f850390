-- Thirteen properties of a feed that no SQL has joined: programs read them from the contract, docs/data-dictionary.md shows them to people.
set role wh_owner;

alter table ops.feed
drop column unit_column, drop column key_columns, drop column person_column, drop column money_columns,
drop column date_columns, drop column amount_due_column, drop column amount_paid_column, drop column freshness_column,
drop column due_time, drop column platform_path, drop column platform_id_field, drop column platform_updated_field,
drop column platform_page_items;

reset role;
