-- Joins the nodes, once. `warehouse migrate` distributes the tables of models that say `distributed_by`.
select citus_set_coordinator_host('postgres', 5432)
where not exists (select from pg_dist_node where groupid = 0);
select citus_add_node(name, 5432) from unnest(array['citus-1', 'citus-2']) as name
where not exists (select from pg_dist_node where nodename = name);
