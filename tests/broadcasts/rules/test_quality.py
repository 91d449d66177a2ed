"""When Meta's opinion of a number stops its broadcasts: worse than before, and bad."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcasts.rules.quality import LIMITS, Rating, alarm

GOOD = Rating("GREEN", "TIER_10K", "CONNECTED")


@pytest.mark.parametrize(
    "before, now, reason",
    [
        (GOOD, GOOD, None),
        (GOOD, Rating("YELLOW", "TIER_10K", "CONNECTED"), None),
        (GOOD, Rating("RED", "TIER_10K", "CONNECTED"), "quality_low"),
        (Rating("YELLOW"), Rating("RED"), "quality_low"),
        (Rating(), Rating("RED"), "quality_low"),
        (Rating("RED"), Rating("RED"), None),
        (Rating("RED"), Rating("YELLOW"), None),
        (GOOD, Rating("GREEN", "TIER_2K", "CONNECTED"), "limit_lowered"),
        (GOOD, Rating("GREEN", "TIER_UNLIMITED", "CONNECTED"), None),
        (GOOD, Rating("GREEN", "", "CONNECTED"), None),
        (Rating("GREEN", "TIER_9"), Rating("GREEN", "TIER_250"), None),
        (GOOD, Rating("GREEN", "TIER_10K", "FLAGGED"), "number_flagged"),
        (GOOD, Rating("RED", "TIER_2K", "RESTRICTED"), "number_flagged"),
        (Rating("RED", "", "FLAGGED"), Rating("RED", "", "RESTRICTED"), None),
    ],
)
def test_what_has_become_bad_is_an_alarm_once(before, now, reason):
    """Issue 5, 3: quality drops shown, with a stop rule."""
    found = alarm(before, now)
    assert (found and found.reason) == reason
    assert found is None or "resume" in found.words


RATINGS = st.builds(
    Rating, st.sampled_from(["", "GREEN", "YELLOW", "RED", "UNKNOWN"]), st.sampled_from(["", "odd", *LIMITS])
)


@given(RATINGS)
def test_whatever_stays_as_it_is_stops_nothing(rating):
    assert alarm(rating, rating) is None


def test_the_words_name_both_limits():
    found = alarm(Rating(limit="TIER_UNLIMITED"), Rating(limit="TIER_1K"))
    assert "begin with 1,000 people a day now, before that with any number." in found.words
