-- Counties with persons who are on another county's register too.
select unit, observed as persons
from ops.check_result
where build = %(build)s and suite = 'double_registration' and check_name = 'listed_twice' and not success
order by unit
