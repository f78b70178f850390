-- How long the answer to a file that was only checked is kept is a setting.
set role wh_owner;

comment on table ops.upload is
'县市在控制台上传的文件及答复；试读的只保留参数 retention_checks_days 所定的天数。 | Files that clerks uploaded, and the answer to each; of files that were only checked for the days of the setting retention_checks_days. Neither the file''s name nor a value of it is here.';

reset role;
