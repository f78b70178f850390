-- The feed is called 代发回盘 everywhere; this comment had another name for it.
set role wh_owner;

comment on column ops.due_of_night.first_date is
'可抵此次应报的最早报表日期：上一次应报的次日；按期报表自当月1日起；代发回盘不限日期。 | The earliest report date that answers what is due: the day after the one due before, or else the date itself; of a period feed the first of its month; of a batch any date.';
