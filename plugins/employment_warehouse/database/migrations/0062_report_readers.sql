-- A month that is closed after its bulletin was written has a second, final bulletin of the same publication; and each
-- product is sent once to each reader.
set role wh_owner;

alter table ops.product drop constraint product_pkey;
alter table ops.product add primary key (product, report_date, publication, vintage);

create table ops.product_delivery (
    product text not null,
    report_date date not null,
    publication integer not null,
    vintage text not null,
    channel text not null,
    wanted text not null,
    tried_at timestamptz not null default now(),
    sent_at timestamptz,
    primary key (product, report_date, publication, vintage, channel, wanted),
    foreign key (product, report_date, publication, vintage) references ops.product
);
comment on table ops.product_delivery is
'报告的发送记录。 | Which report was sent to which channel (its kind and a hash of its address), and when; sent_at is NULL where the channel did not accept it.';
comment on column ops.product_delivery.wanted is
'接收的内容：日报、周调度、月通报，或某县市。 | What the channel reads: a product, or the files of one county (its code).';

grant select on ops.product_delivery to wh_loader, wh_transformer, wh_gate, wh_publisher, wh_auditor, wh_operator;
grant insert, update on ops.product_delivery to wh_publisher;
reset role;
