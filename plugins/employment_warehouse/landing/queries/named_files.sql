select distinct sha256 from ops.delivery
