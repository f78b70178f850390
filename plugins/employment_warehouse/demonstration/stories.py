"""All stories of the demonstration, in the order in which they are generated."""

from collections.abc import Callable, Sequence
from datetime import date

from employment_warehouse.demonstration import (
    affair_stories,
    county_stories,
    faulty_rows,
    people_stories,
    post_stories,
    relief_stories,
)
from employment_warehouse.demonstration.cast import Cast
from employment_warehouse.demonstration.employers import Employers

STORIES: tuple[Callable[[Cast], None], ...] = (
    faulty_rows.faulty_register_rows,
    faulty_rows.faulty_employment_rows,
    faulty_rows.faulty_post_rows,
    county_stories.silent_county,
    county_stories.late_file,
    county_stories.resent_file,
    county_stories.same_bytes_next_date,
    county_stories.nil_file,
    county_stories.growing_file,
    county_stories.sent_in_two_parts,
    county_stories.sent_in_the_evening,
    county_stories.correction,
    people_stories.person_on_two_registers,
    people_stories.person_who_moved,
    people_stories.household_that_finds_work,
    people_stories.household_that_loses_work,
    people_stories.household_without_labour_force,
    people_stories.corrected_start,
    people_stories.aged_out_spell,
    people_stories.deceased_at_work,
    people_stories.child_at_work,
    people_stories.gig_work,
    relief_stories.payment_and_bank,
    relief_stories.people_on_a_payroll,
    relief_stories.batch_without_return,
    people_stories.public_posts,
    post_stories.odd_posts,
    affair_stories.labour_brand,
    affair_stories.agreement_not_fulfilled,
    affair_stories.dispute_open,
    affair_stories.graduate_without_work,
    affair_stories.workshop_below_the_standard,
    affair_stories.service_followed_by_work,
    affair_stories.posting_filled,
)


def assemble(nights: Sequence[date], employers: Employers, month_ends: Sequence[date]) -> Cast:
    """Everyone planted, for these nights."""
    cast = Cast(nights, employers, month_ends)
    for story in STORIES:
        story(cast)
    return cast
