select e.login, e.acted_at, e.explanation from ops.case_explanations() as e where e.subject = %(subject)s order by e.acted_at desc
