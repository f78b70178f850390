-- What each column of the list of publications means, and what a waiver in the results of checks says.
set role wh_owner;

comment on column marts.publications.publication is
'发布编号，即该次汇总的编号；marts.pin 用它。 | Number of the publication, which is that of its build; for marts.pin.';
comment on column marts.publications.report_date is
'报表日期：数据反映的那一天。 | Report date: the day whose state the data describe.';
comment on column marts.publications.published_at is
'发布时刻。 | When it was published.';
comment on column marts.publications.vintage is
'版本：flash 快报；revised 修订（每周）；final 终版（结账的月份）。 | Vintage: flash (of a day), revised (of a week), final (of a closed month).';
comment on column marts.publications.is_released is
'是否未通过检查、由操作员放行。 | Whether a gate held it and an operator released it.';
comment on column marts.publications.release_reason is
'放行的理由；未经放行为空。 | Why it was released; empty where it was not.';
comment on column marts.publications.rolled_back_at is
'撤回时刻；未撤回为空。 | When it was rolled back; empty where it was not.';
comment on column marts.publications.is_current is
'是否为读者现在看到的发布。 | Whether it is the one that readers see now.';
comment on column marts.publications.final_for is
'以此次发布为终版的月份（YYYY-MM）；没有为空。 | The months for which it is final (YYYY-MM); empty where there are none.';
comment on column ops.check_result.waiver is
'豁免人、豁免至哪天与理由。 | Who waived this failure, until when, and why; it counts as a failure, and holds nothing.';

reset role;
