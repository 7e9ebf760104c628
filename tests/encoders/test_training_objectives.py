from __future__ import annotations

import math

import torch
import torch.nn.functional as F  # noqa: N812

from scripts.train_encoder.objectives import Encoded, choose_label, put_in_order, tell_apart

EYE = torch.eye(4)
NONE_SAME = torch.zeros(2, 2, dtype=torch.bool)


def test_pairs_that_agree_cost_less_than_pairs_that_do_not() -> None:
    agreeing = Encoded(EYE[:2], EYE[:2], EYE[:0], NONE_SAME)
    crossed = Encoded(EYE[:2], EYE[:2].flip(0), EYE[:0], NONE_SAME)
    assert math.isclose(tell_apart(agreeing, 0.5).item(), math.log(1 + math.exp(-2)), rel_tol=1e-5)
    assert math.isclose(tell_apart(crossed, 0.5).item(), math.log(1 + math.exp(2)), rel_tol=1e-5)


def test_texts_of_one_group_are_not_told_apart() -> None:
    same = torch.ones(2, 2, dtype=torch.bool)
    assert tell_apart(Encoded(EYE[:2], EYE[:2].flip(0), EYE[:0], same), 0.5).item() < 1e-6


def test_hard_negative_that_is_nearer_costs() -> None:
    near = Encoded(EYE[:1], EYE[1:2], EYE[:1], torch.ones(1, 1, dtype=torch.bool))
    assert math.isclose(tell_apart(near, 0.5).item(), math.log(1 + math.exp(2)) / 2, rel_tol=1e-5)


def test_label_is_chosen_among_all_labels() -> None:
    loss = choose_label(EYE[:1], EYE, torch.tensor([0]), 1.0)
    torch.testing.assert_close(loss, F.cross_entropy(torch.tensor([[1.0, 0, 0, 0]]), torch.tensor([0])))


def test_order_costs_when_the_worse_text_is_nearer() -> None:
    right = put_in_order(EYE[:1], EYE[:1], EYE[1:2], 0.5).item()
    wrong = put_in_order(EYE[:1], EYE[1:2], EYE[:1], 0.5).item()
    assert math.isclose(right, math.log(1 + math.exp(-2)), rel_tol=1e-5)
    assert math.isclose(wrong, math.log(1 + math.exp(2)), rel_tol=1e-5)
