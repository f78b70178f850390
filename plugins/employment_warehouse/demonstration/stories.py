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
    county_stories.nights_of_counties,
    people_stories.people_in_two_counties,
    people_stories.households_without_work,
    people_stories.spells_that_change,
    people_stories.gig_work,
    relief_stories.payment_and_bank,
    relief_stories.people_on_a_payroll,
    relief_stories.batch_without_return,
    people_stories.public_posts,
    post_stories.odd_posts,
    affair_stories.brand_and_agreement,
    affair_stories.dispute_and_graduate,
    affair_stories.workshop_below_the_standard,
    affair_stories.training_and_posting,
)


def assemble(nights: Sequence[date], employers: Employers, month_ends: Sequence[date]) -> Cast:
    """Everyone planted, for these nights."""
    cast = Cast(nights, employers, month_ends)
    for story in STORIES:
        story(cast)
    return cast
