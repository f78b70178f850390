-- A build is called 汇总 and the number of a publication 发布号, in what the database says of itself too.
set role wh_owner;

comment on function ops.assert_undecided(date) is
'生效日期须晚于最近一次汇总的报表日期，且没有汇总正在进行。 | Refuses a decision from a date on that a night has used, or while one is built.';
comment on function ops.decide_holidays(date, date, boolean, text, text, text) is
'登记一段节假日或调休上班日，晚于最近一次汇总的报表日期。 | Declares days as a holiday, or as worked, after the last night; on the record.';
comment on function ops.release_night(integer, text) is
'登记后发布被暂扣的汇总。 | Publishes a night that gate 2 holds, under the name of the session''s login and for a reason.';
comment on function ops.standing_publication() is
'现行发布号；尚无发布为 NULL。 | The publication that is shown, reported and purged against; NULL before the first.';
comment on function ops.chain_head() is
'链首编号：现行发布号，尚无发布为 0；编号更大的汇总未发布，下次汇总撤销其各行。 | The same number where builds are compared, 0 before the first: rows of later builds are tonight''s, or of builds that were never published or were rolled back, and the next build undoes them.';
comment on column marts.data_quality.publication is '发布号。 | Publication that the check belongs to.';
comment on column marts.publications.publication is
'发布号，即该次汇总的编号；marts.pin 用它。 | Number of the publication, which is that of its build; for marts.pin.';
comment on column ops.alert.since is
'该事项自哪次汇总（报表日期）起每次都有。 | The first of the nights without a break that raised an alert about the matter.';
comment on column ops.current_delivery.night_on is
'作出决定的汇总的报表日期；无法读取的没有。 | The report date of the night that accepted or held it; of a refused file none.';
comment on view ops.tonight is '正在进行的汇总。 | The night that is being built: one row, or none.';

reset role;
