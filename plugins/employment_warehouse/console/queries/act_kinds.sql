select distinct a.kind from ops.act as a order by a.kind
