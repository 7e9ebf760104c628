"""The weights of the ranking: the one place where they live.

    similarity = (meaning·m + words·w + findings·f + names·n - contradiction·c) / (m + w + f + n)
                 - age·a - life_stage·l - sex·s - duration·d - severity·v

Every part lies between 0 and 1, and each gain counts for its weight times what the question tells on that side:
``meaning`` by how far related texts stand out in the encoder's calibration, ``words`` by the root of their information
in nats, ``findings`` and ``contradiction`` by theirs over the case base (about 1 for a finding that few cases
have, more in a question of nothing but findings), ``names`` by the share of the
question that names drugs, procedures and codes of the case base.
``casefinder tune`` learns weights from relevance labels and writes them into the directory of a case base.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final

from casefinder.errors import CaseBaseDamagedError
from casefinder.files import durable

WEIGHTS_NAME: Final = "ranking.json"


@dataclass(frozen=True, slots=True)
class RankingWeights:
    """What each part of a score counts for.

    The shipped values were chosen on the sample cases, generated negation pairs and public questions; see
    docs/search.md. That of ``severity`` makes a normal and a critical value cost as much as ages at a factor of three;
    whether it is 0 or 0.12 changes precision@10 of the same diagnosis among the sample cases by less than 0.1 %.

    Attributes:
        meaning: The better cosine (presentation, or a diagnosis that the question names), 0 for unrelated texts.
        words: Share of the question's words, by information, that the case holds (BM25) or, where they name a
            finding, agrees with.
        findings: Share of the question's findings, by information, that the case agrees with.
        names: Whether drugs, procedures and codes that the question names stand in the treatment path.
        contradiction: Cost: share of the question's findings that the case says the opposite of; it counts as they do.
        age: Cost: distance of the ages, 1 at about a factor of three.
        life_stage: Cost: a child and an adult.
        sex: Cost: another sex.
        duration: Cost: distance of the durations, 1 at a factor of a hundred.
        severity: Cost: how much more or less out of range measured values are, 0.5 from normal to critical.
    """

    meaning: float = 1.5
    words: float = 0.22
    findings: float = 0.3
    names: float = 6.0
    contradiction: float = 1.0
    age: float = 0.06
    life_stage: float = 0.2
    sex: float = 0.06
    duration: float = 0.03
    severity: float = 0.12


# What of a case's crowding (casefinder/search/nearness.py) is taken off its cosine. On pairs of ten public sources 0.1
# to 0.4 serve alike; at 0.6 a base with twenty cases of each diagnosis loses the most typical of them.
CROWDING: Final = 0.15

PARTS: Final = tuple(field.name for field in fields(RankingWeights))
GAINS: Final = PARTS[:4]
COSTS: Final = PARTS[4:]


def read_weights(directory: Path) -> RankingWeights:
    """Return the weights learned for a case base, or the shipped ones where none were.

    Raises:
        CaseBaseDamagedError: The file is not what ``write_weights`` writes.
    """
    path = directory / WEIGHTS_NAME
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        return RankingWeights(**{name: float(value) for name, value in body.items()})
    except FileNotFoundError:
        return RankingWeights()
    except (ValueError, TypeError, AttributeError) as exc:
        raise CaseBaseDamagedError(
            f"{path} holds no ranking weights; delete it to return to the shipped ones, or run `casefinder tune` again"
        ) from exc


def write_weights(directory: Path, weights: RankingWeights) -> Path:
    """Store weights beside a case base, in one step, for nobody but its owner to read; return the file."""
    path = directory / WEIGHTS_NAME
    durable.replace_file(path, json.dumps(asdict(weights), indent=2) + "\n")
    return path
