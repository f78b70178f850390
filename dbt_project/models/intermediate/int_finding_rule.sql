-- The rules of the findings in force tonight, as the page of the settings shows them.
select finding, enabled, threshold from ops.rules({{ tonight_date() }})
