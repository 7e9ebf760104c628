from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from casefinder.encoders.bundled import BundledEncoder

TEXTS = [
    "胸痛伴冷汗3小时",
    "crushing chest pain with cold sweats for 3 hours",
    "发热、咳嗽五天，体温最高39.2℃",
    "ＣＴ检查示右肺下叶实变",
    "阿司匹林 100mg qd po",
    "A 67-year-old man with sudden weakness of the left arm",
    "腹痛" * 700,
    "Sjögren’s syndrome",
    "𠮷野 \ud800 x",
]

GOLDEN = [
    [0.03338139, -0.030427286, 0.031313516, 0.025996128],
    [0.037561852, 0.015199448, 0.018518867, -0.011530615],
]


@pytest.fixture(scope="module")
def encoder() -> BundledEncoder:
    return BundledEncoder.load()


def test_rows_have_unit_length(encoder: BundledEncoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(TEXTS), encoder.dim)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)


def test_a_text_alone_and_in_a_batch_gives_the_same_bits(encoder: BundledEncoder) -> None:
    together = encoder.encode(TEXTS * 40)
    alone = np.concatenate([encoder.encode([text]) for text in TEXTS] * 40)
    assert together.tobytes() == alone.tobytes()


def test_threads_get_the_same_bits(encoder: BundledEncoder) -> None:
    expected = encoder.encode(TEXTS).tobytes()
    with ThreadPoolExecutor(max_workers=4) as pool:
        found = list(pool.map(lambda _: encoder.encode(TEXTS).tobytes(), range(24)))
    assert found == [expected] * 24


@pytest.mark.parametrize("text", ["", " ", "\n\t", "，。！？", "…—", "\u0301", "**//"])
def test_text_without_anything_to_encode_is_all_zero(encoder: BundledEncoder, text: str) -> None:
    vectors = encoder.encode([text, "胸痛", text])
    np.testing.assert_array_equal(vectors[[0, 2]], np.zeros((2, encoder.dim), np.float32))
    assert np.linalg.norm(vectors[1]) == pytest.approx(1.0)


def test_no_texts_give_no_rows(encoder: BundledEncoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.dim)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("CT检查", "ｃｔ检查"),
        ("FEVER", "fever"),
        ("Sjögren", "sjogren"),
        ("café", "cafe\u0301"),
        ("chest  pain", "chest pain"),
        ("chest-pain", "chest pain"),
        ("胸\u200b痛", "胸痛"),
    ],
)
def test_spelling_that_means_nothing_changes_nothing(encoder: BundledEncoder, text: str, other: str) -> None:
    first, second = encoder.encode([text, other])
    assert first.tobytes() == second.tobytes()


def test_order_of_words_matters(encoder: BundledEncoder) -> None:
    first, second = encoder.encode(["先腹痛后发热", "先发热后腹痛"])
    assert first @ second < 0.99


def test_names_identify_the_encoder(encoder: BundledEncoder) -> None:
    assert encoder.name == "bundled"
    assert encoder.fingerprint == BundledEncoder.packaged_fingerprint()
    assert encoder.fingerprint.startswith("bundled-3-")


def test_encoding_imports_no_torch() -> None:
    code = (
        "import sys; from casefinder.encoders.bundled import BundledEncoder; "
        "BundledEncoder.load().encode(['胸痛']); "
        "sys.exit(any(m in sys.modules for m in ('torch', 'transformers', 'sentence_transformers', 'scipy')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_first_numbers_of_the_packaged_weights_stay(encoder: BundledEncoder) -> None:
    """New weights change these on purpose; anything else that does has broken every stored case base."""
    found = encoder.encode(["胸痛伴冷汗3小时", "acute myocardial infarction"])[:, :4]
    np.testing.assert_array_equal(found, np.array(GOLDEN, np.float32))


def test_words_that_tell_weigh_more_than_greetings(encoder: BundledEncoder) -> None:
    lupus, treatment, greeting = encoder.weigh_terms(
        "Hi, I want to know about lupus and its treatment.", ["lupus", "treatment", "hi"]
    )
    assert lupus > 1.3 * greeting
    assert lupus > 2 * treatment
    diabetes, please = encoder.weigh_terms("请问医生，糖尿病吃什么好", ["糖尿", "请问"])
    assert diabetes > 2 * please


def test_weights_of_terms_are_one_on_average_and_for_unknown_ones(encoder: BundledEncoder) -> None:
    known = encoder.weigh_terms("胸痛伴冷汗", ["胸痛", "冷汗", "胸", "伴"])
    assert known.mean() == pytest.approx(1.0)
    unknown = "甲乙丙丁戊己庚辛壬癸"
    assert encoder.weigh_terms("胸痛伴冷汗", ["胸痛", "冷汗", "胸", "伴", unknown]).tolist() == [*known.tolist(), 1.0]
    assert encoder.weigh_terms("胸痛伴冷汗", [unknown]).tolist() == [1.0]
    assert encoder.weigh_terms("胸痛伴冷汗", []).tolist() == []


def test_weight_of_a_term_depends_on_the_text(encoder: BundledEncoder) -> None:
    terms = ["胸痛", "检查"]
    assert encoder.weigh_terms("胸痛要做什么检查", terms)[1] != encoder.weigh_terms("检查", terms)[1]
