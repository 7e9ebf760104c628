"""What a cosine of one encoder means: a percentage and a label, both computed from data."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum


class Relation(StrEnum):
    """How two texts relate, judged by their cosine alone."""

    NEAR_DUPLICATE = "near-duplicate"
    RELATED = "related"
    UNRELATED = "unrelated"


@dataclass(frozen=True, slots=True)
class Calibration:
    """Maps the cosines of one encoder to percentages and relations.

    Attributes:
        cosines: Knots of the percentage curve, strictly rising, within -1 to 1.
        percents: The percentage at each knot, never falling, within 0 to 100; linear between knots.
        related: Lowest cosine that counts as related.
        near_duplicate: Lowest cosine that counts as a near-duplicate.

    Thresholds of one encoder mean nothing for another, so they are stored with its weights.
    """

    cosines: tuple[float, ...]
    percents: tuple[float, ...]
    related: float
    near_duplicate: float

    def percent(self, cosine: float) -> float:
        """Return the percentage, 0 to 100, that belongs to a cosine."""
        upper = bisect_right(self.cosines, cosine)
        if upper == 0:
            return self.percents[0]
        if upper == len(self.cosines):
            return self.percents[-1]
        low, high = self.cosines[upper - 1], self.cosines[upper]
        share = (cosine - low) / (high - low)
        return self.percents[upper - 1] + share * (self.percents[upper] - self.percents[upper - 1])

    def relation(self, cosine: float) -> Relation:
        """Return the relation that belongs to a cosine."""
        if cosine >= self.near_duplicate:
            return Relation.NEAR_DUPLICATE
        return Relation.RELATED if cosine >= self.related else Relation.UNRELATED
