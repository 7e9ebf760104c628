"""Which patients were treated alike: the variants of care among similar cases.

A variant is a latent class: within it every act has its own frequency, and acts are otherwise independent, so that an
optional act (done in some) does not split a group, while acts that come and go together do. Patients are grouped so
as to maximise the exact integrated complete-data likelihood, which needs no number of groups and no threshold:
adding a group must pay for its own parameters. Acts that treat count in full, tests, consultations and advice half.

Two rules come before the likelihood:

1. Patients who share no treatment at all, even through others, are never grouped.
2. Patients with and without reperfusion by one of its means (coronary intervention, thrombectomy, thrombolysis) are
   never in one group, however few they are; groups whose operations exclude each other are never joined.

Source: Biernacki, Celeux, Govaert 2010, doi:10.1016/j.jspi.2010.03.042 (exact integrated likelihood of the latent
class model), with the prior of an act centred on its overall frequency; start: average linkage on the weighted
Jaccard distance, scipy.cluster.hierarchy.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from casefinder.cases import StepKind
from casefinder.clinical.lexicon import Lexicon
from casefinder.pathways.model import PatientPath

_Matrix = NDArray[np.float64]
_Labels = NDArray[np.int64]
_Counts = NDArray[np.int64]

TREATS: Final = frozenset({StepKind.MEDICATION, StepKind.PROCEDURE, StepKind.SURGERY, StepKind.THERAPY})
_WEIGHT_OF_OTHERS: Final = 0.5  # of tests, nursing, advice; with 0 or 1 fewer written variants are recovered
_PRIOR: Final = 0.5  # Jeffreys: Dirichlet(1/2) for the sizes
# What is assumed of an act in a class before its patients are seen: as frequent as among all patients, and that with
# the weight of one patient. With Jeffreys' Beta(1/2, 1/2) every act that nobody in two classes had speaks for joining
# them, and an answer about many illnesses became one class: of 100 patients with fever and cough, 30 were grouped
# with their own kind by it, 95 are now.
_STRENGTH: Final = 1.0
_START_DISTANCE: Final = 0.35  # groups this near are surely one; merging goes on by likelihood
_MOST_START_GROUPS: Final = 60  # keeps 1,000 hits under 200 ms; more than sixty ways are not to be read either
_REPERFUSION: Final = {  # lexicon ids, narrower ones included, by the means
    "coronary intervention": (
        "percutaneous-coronary-intervention",
        "coronary-stenting",
        "percutaneous-transluminal-coronary-angioplasty",
    ),
    "thrombectomy": ("mechanical-thrombectomy", "percutaneous-mechanical-thrombectomy"),
    "thrombolysis": ("thrombolytic-agent", "thrombolysis", "catheter-directed-thrombolysis"),
}


def group_patients(patients: Sequence[PatientPath], lexicon: Lexicon) -> tuple[tuple[int, ...], ...]:
    """Group patients by how they were treated.

    Args:
        patients: The paths; their order does not matter.
        lexicon: Knows the means of reperfusion and their narrower concepts.

    Returns:
        The groups as positions in ``patients``, each sorted, largest first; every position is in one group.
    """
    order = sorted(range(len(patients)), key=lambda i: patients[i].case.id)
    means = reperfusion_by_concept(lexicon)
    groups = [
        tuple(sorted(part[i] for i in members))
        for connected in _connected(patients, order)
        for part in _by_reperfusion(patients, connected, means)
        for members in _classes([patients[i] for i in part])
    ]
    return tuple(sorted(groups, key=lambda group: (-len(group), min(patients[i].case.id for i in group))))


def reperfusion_by_concept(lexicon: Lexicon) -> dict[str, str]:
    """Return by which means of reperfusion a lexicon id, or one narrower than it, restores the flow."""
    return {
        concept: means
        for means, ids in _REPERFUSION.items()
        for top in ids
        if top in lexicon
        for concept in (top, *lexicon.descendants(top))
    }


def _by_reperfusion(patients: Sequence[PatientPath], part: Sequence[int], means: Mapping[str, str]) -> list[list[int]]:
    parts: dict[frozenset[str], list[int]] = {}
    for i in part:
        own = frozenset(means[c] for act in patients[i].acts for c in act.named.concepts if c in means)
        parts.setdefault(own, []).append(i)
    return list(parts.values())


def _connected(patients: Sequence[PatientPath], order: Sequence[int]) -> list[list[int]]:
    """Split into parts without a common treatment; patients without any treatment are a part of their own."""
    leader: dict[str, str] = {}

    def lead(key: str) -> str:
        while (above := leader.setdefault(key, key)) != key:
            leader[key] = key = leader[above]  # halves the way for whoever asks next
        return key

    treatments = {i: sorted({act.key for act in patients[i].acts if act.kind in TREATS}) for i in order}
    for keys in treatments.values():
        for key in keys[1:]:
            leader[lead(key)] = lead(keys[0])
    parts: dict[str, list[int]] = {}
    for i in order:
        parts.setdefault(lead(treatments[i][0]) if treatments[i] else "", []).append(i)
    return list(parts.values())


def _classes(patients: Sequence[PatientPath]) -> list[list[int]]:
    if len(patients) == 1:
        return [[0]]
    weight_of: dict[str, float] = {}
    operations: set[str] = set()
    for patient in patients:
        for act in patient.acts:
            weight = 1.0 if act.kind in TREATS else _WEIGHT_OF_OTHERS
            weight_of[act.key] = max(weight_of.get(act.key, 0.0), weight)
            if act.kind == StepKind.SURGERY:
                operations.add(act.key)
    keys = sorted(weight_of)
    column = {key: j for j, key in enumerate(keys)}
    done = np.zeros((len(patients), len(keys)))
    for i, patient in enumerate(patients):
        done[i, [column[act.key] for act in patient.acts]] = 1.0
    model = _LatentClasses(
        done, np.array([weight_of[key] for key in keys]), np.array([key in operations for key in keys], dtype=bool)
    )
    labels = model.fit()
    return [np.flatnonzero(labels == label).tolist() for label in range(int(labels.max()) + 1)]


class _LatentClasses:
    """Patients x acts, 1 where done; ``weights`` says how much an act counts, ``decisive`` which exclude each other."""

    def __init__(self, done: _Matrix, weights: _Matrix, decisive: NDArray[np.bool_]) -> None:
        self._done, self._weights, self._decisive = done, weights, decisive
        # Counts are whole numbers, so tables of log-gammas do: log B(c + a, n - c + b) - log B(a, b). Acts that are
        # equally frequent share a row.
        total = done.sum(axis=0).astype(np.int64)
        frequencies, row = np.unique(total, return_inverse=True)
        share = (frequencies + _PRIOR) / (len(done) + 2 * _PRIOR)
        self._share = share[row]
        self._row = row * (len(done) + 1)  # where the row of an act begins in the tables below
        self._with = np.concatenate([_log_rising(_STRENGTH * s, len(done)) for s in share])
        self._without = np.concatenate([_log_rising(_STRENGTH * (1 - s), len(done)) for s in share])
        self._either = _log_rising(_STRENGTH, len(done))
        self._sizes = _log_rising(_PRIOR, len(done))

    def fit(self) -> _Labels:
        """Merge and move patients until the likelihood rises no more; labels 0.. in order of first appearance."""
        labels = self._start()
        while True:
            labels = self._merge(labels)
            moved = self._move(labels)
            if self._total(moved) <= self._total(labels) + 1e-9:
                return _renumbered(labels)
            labels = moved

    def _start(self) -> _Labels:
        # Heavy: only who asks for pathways pays for it.
        from scipy.cluster.hierarchy import fcluster, linkage
        from scipy.spatial.distance import squareform

        done = self._done.astype(np.float32)  # half the memory to go through, and whole and half numbers stay exact
        common = (done * self._weights.astype(np.float32)) @ done.T
        own = np.diag(common)
        either = own[:, None] + own[None, :] - common
        distance = 1 - np.divide(common, either, out=np.ones_like(common), where=either > 0)
        tree = linkage(squareform(distance.clip(min=0), checks=False), "average")
        labels = fcluster(tree, _START_DISTANCE, "distance")
        if labels.max() > _MOST_START_GROUPS:
            labels = fcluster(tree, _MOST_START_GROUPS, "maxclust")
        return _renumbered(np.asarray(labels, dtype=np.int64))

    def _merge(self, labels: _Labels) -> _Labels:
        """Join two classes at a time, each time those whose union gains most, while anything is gained."""
        counts, sizes = self._counts(labels)
        place = np.arange(len(sizes))
        scores = self._scores(counts, sizes)
        gains = np.full((len(sizes), len(sizes)), -np.inf)
        for one in range(len(sizes)):
            gains[one, one + 1 :] = self._gains(counts, sizes, scores, one, place[one + 1 :])
        alive = place.copy()
        while len(alive) > 1:
            keep, drop = divmod(int(np.argmax(gains)), len(gains))
            if gains[keep, drop] + self._prior(len(alive) - 1) - self._prior(len(alive)) <= 0:
                break
            counts[keep] += counts[drop]
            sizes[keep] += sizes[drop]
            scores[keep] = self._scores(counts[[keep]], sizes[[keep]])[0]
            place[place == drop] = keep
            alive = alive[alive != drop]
            gains[drop], gains[:, drop] = -np.inf, -np.inf
            others = alive[alive != keep]
            row = self._gains(counts, sizes, scores, keep, others)
            gains[keep, others[others > keep]] = row[others > keep]
            gains[others[others < keep], keep] = row[others < keep]
        return _renumbered(place[labels])

    def _gains(self, counts: _Counts, sizes: _Counts, scores: _Matrix, one: int, others: _Labels) -> _Matrix:
        """Return what joining a class with each of some others would gain; -inf with those it excludes."""
        joined = self._scores(counts[others] + counts[one], sizes[others] + sizes[one])
        gains: _Matrix = joined - scores[others] - scores[one]
        major = (2 * counts[:, self._decisive] >= sizes[:, None])[[one, *others]]
        gains[major[1:].any(1) & major[0].any() & ~(major[1:] & major[0]).any(1)] = -np.inf
        return gains

    def _move(self, labels: _Labels) -> _Labels:
        """Give every patient to the class that explains the path best."""
        counts, sizes = self._counts(labels)
        share = (counts + _STRENGTH * self._share) / (sizes[:, None] + _STRENGTH)
        done, weights = self._done, self._weights
        fit = (done * weights) @ np.log(share).T + ((1 - done) * weights) @ np.log(1 - share).T + np.log(sizes + _PRIOR)
        fit[self._clash(counts, sizes, labels)] = -np.inf
        return _renumbered(np.argmax(fit, axis=1).astype(np.int64))

    def _clash(self, counts: _Counts, sizes: _Counts, labels: _Labels) -> NDArray[np.bool_]:
        """Tell which patients had decisive acts, but none of those of which class; one's own class never clashes."""
        major = (2 * counts >= sizes[:, None]) & self._decisive
        own = (self._done > 0) & self._decisive
        common = own.astype(np.float64) @ major.T.astype(np.float64)
        clash: NDArray[np.bool_] = np.logical_and.outer(own.any(axis=1), major.any(axis=1)) & (common == 0)
        clash[np.arange(len(labels)), labels] = False
        return clash

    def _total(self, labels: _Labels) -> float:
        counts, sizes = self._counts(labels)
        return float(self._scores(counts, sizes).sum()) + self._prior(len(sizes))

    def _scores(self, counts: _Counts, sizes: _Counts) -> _Matrix:
        """Return the log-likelihood of each class: Beta-binomial for its acts, weighted, and its size's share."""
        size = sizes[:, None]
        acts = self._with.take(self._row + counts) + self._without.take(self._row + size - counts) - self._either[size]
        scores: _Matrix = acts @ self._weights + self._sizes[sizes]
        return scores

    def _prior(self, n_classes: int) -> float:
        alpha = n_classes * _PRIOR
        return math.lgamma(alpha) - math.lgamma(len(self._done) + alpha)

    def _counts(self, labels: _Labels) -> tuple[_Counts, _Counts]:
        order = np.argsort(labels, kind="stable")
        sizes = np.bincount(labels).astype(np.int64)
        counts = np.add.reduceat(self._done[order], np.cumsum(sizes) - sizes, axis=0)
        return counts.astype(np.int64), sizes


def _log_rising(start: float, n: int) -> _Matrix:
    """Return log(Gamma(start + k) / Gamma(start)) for k = 0 .. n."""
    return np.concatenate(([0.0], np.cumsum(np.log(start + np.arange(n)))))


def _renumbered(labels: _Labels) -> _Labels:
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse].astype(np.int64)
