//! Rules of reviews.

use super::model::{RatingSummary, Words};
use super::rules;

#[test]
fn few_reviews_are_drawn_toward_the_prior() {
    for (reviews, stars, milli) in
        [(0, 0, 4_000), (1, 5, 4_166), (1, 1, 3_500), (10, 50, 4_666), (1_000, 5_000, 4_995), (40, 40, 1_333)]
    {
        assert_eq!(rules::bayesian_milli(reviews, stars), milli, "{reviews} reviews, {stars} stars");
    }
    assert_eq!(RatingSummary::of([0; 5]).rating, None);
    let one_each = RatingSummary::of([1; 5]);
    assert_eq!((one_each.reviews, one_each.rating), (5, Some(3.5)));
}

proptest::proptest! {
    /// One more review moves the rating toward its stars, and never past them or out of the scale.
    #[test]
    fn a_review_moves_the_rating_toward_itself(counts in proptest::array::uniform5(0_i64..500), stars in 1_i64..=5) {
        let reviews: i64 = counts.iter().sum();
        let sum: i64 = counts.iter().zip(1..).map(|(count, stars): (&i64, i64)| count * stars).sum();
        let (before, after) = (rules::bayesian_milli(reviews, sum), rules::bayesian_milli(reviews + 1, sum + stars));
        proptest::prop_assert!((1_000..=5_000).contains(&after));
        let (low, high) = (before.min(stars * 1_000), before.max(stars * 1_000));
        proptest::prop_assert!((low..=high).contains(&after), "{} {} {}", before, after, stars);
    }
}

#[test]
fn words_have_bounds() {
    for (rating, text, fine) in [
        (1, "", true),
        (5, " Great\r\n ", true),
        (0, "", false),
        (6, "", false),
        (-1, "", false),
        (3, "a\u{0}b", false),
        (3, &"é".repeat(2_000), true),
        (3, &"é".repeat(2_001), false),
    ] {
        assert_eq!(Words::new(rating, text).is_ok(), fine, "{rating} {text:?}");
    }
}
