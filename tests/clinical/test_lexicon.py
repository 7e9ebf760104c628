"""The lexicon: reading it, finding concepts in it, and the soundness of the shipped one."""

import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefinder.clinical.lexicon import Concept, ConceptKind, Lexicon, load_lexicon, normalise_form
from casefinder.clinical.lexicon.validate import check_lexicon
from casefinder.errors import LexiconError

HEADER = "id\tkind\tzh\tzh_synonyms\ten\ten_synonyms\tbroader\tnote"
COUGH = "cough\tsymptom\t咳嗽\t咳个不停\tcough\tcoughing|coughs\t\t"
DRY_COUGH = "dry-cough\tsymptom\t干咳\t\tdry cough\t\tcough\t"
AREAS = {
    "body",
    "cardiology",
    "dentistry",
    "dermatology",
    "drugs",
    "endocrinology",
    "ent",
    "eye-ear-mouth",
    "gastroenterology",
    "hematology",
    "infectious",
    "laboratory",
    "musculoskeletal",
    "nephrology",
    "neurology",
    "obstetrics-gynaecology",
    "oncology",
    "ophthalmology",
    "organ-findings",
    "paediatrics",
    "psychiatry",
    "respiratory",
    "rheumatology",
    "signs",
    "skin-and-face",
    "surgery",
    "symptoms",
    "tcm",
    "tests",
    "toxicology",
    "trauma",
    "upper",
    "urology",
}


@pytest.fixture(scope="module")
def shipped() -> Lexicon:
    return load_lexicon()


def write_area(folder: Path, *rows: str, name: str = "area.tsv") -> Path:
    (folder / name).write_text("\n".join((HEADER, *rows)) + "\n", encoding="utf-8")
    return folder


def concept(concept_id: str, zh: str = "", en: str = "", *, broader: tuple[str, ...] = (), note: str = "") -> Concept:
    return Concept(
        id=concept_id,
        kind=ConceptKind.SYMPTOM,
        zh_forms=tuple((zh or f"症状{concept_id}").split("|")),
        en_forms=tuple((en or f"symptom {concept_id}").split("|")),
        broader=broader,
        note=note,
        area="area",
    )


def test_row_becomes_concept_with_preferred_forms_first(tmp_path: Path) -> None:
    lexicon = load_lexicon(write_area(tmp_path, COUGH, DRY_COUGH))
    assert lexicon.concepts == (
        Concept(
            id="cough",
            kind=ConceptKind.SYMPTOM,
            zh_forms=("咳嗽", "咳个不停"),
            en_forms=("cough", "coughing", "coughs"),
            area="area",
        ),
        Concept(
            id="dry-cough",
            kind=ConceptKind.SYMPTOM,
            zh_forms=("干咳",),
            en_forms=("dry cough",),
            broader=("cough",),
            area="area",
        ),
    )
    assert (lexicon["cough"].zh, lexicon["cough"].en) == ("咳嗽", "cough")


def test_areas_are_read_in_name_order(tmp_path: Path) -> None:
    write_area(tmp_path, COUGH, name="b.tsv")
    write_area(tmp_path, DRY_COUGH, name="a.tsv")
    assert [(each.area, each.id) for each in load_lexicon(tmp_path)] == [("a", "dry-cough"), ("b", "cough")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "area.tsv:1: wrong header ''. Make the first line id<tab>kind<tab>", id="empty file"),
        pytest.param(b"id,kind,zh\n", "area.tsv:1: wrong header 'id,kind,zh'.", id="commas"),
        pytest.param(f"{HEADER}\r\n{COUGH}\r\n".encode(), "area.tsv:1: wrong header", id="Windows line ends"),
        pytest.param(f"\ufeff{HEADER}\n".encode(), "area.tsv:1: wrong header", id="byte order mark"),
        pytest.param(f"{HEADER}\n{COUGH[:27]}".encode(), "area.tsv:2: 5 columns instead of 8 in", id="truncated"),
        pytest.param(f"{HEADER}\n{COUGH}\n\n{DRY_COUGH}\n".encode(), "area.tsv:3: 1 columns instead", id="empty line"),
        pytest.param(f"{HEADER}\n{COUGH}\tmore\n".encode(), "area.tsv:2: 9 columns instead of 8", id="ninth column"),
        pytest.param(
            f"{HEADER}\ncough\tcomplaint\t咳嗽\t\tcough\t\t\t\n".encode(),
            "area.tsv:2: unknown kind 'complaint'. Use one of symptom, sign, disease, drug, drug_class, "
            "procedure, test, body, organism.",
            id="unknown kind",
        ),
        pytest.param(
            f"{HEADER}\ncough\tsymptom\t\t\tcough\t\t\t\n".encode(),
            "area.tsv:2: id, zh or en is empty in",
            id="no Chinese",
        ),
        pytest.param(
            f"{HEADER}\n{COUGH}\n".encode() + "dry-cough\tsymptom\t干咳".encode("gb18030"),
            "area.tsv:3: not UTF-8 at byte 127. Save the file as UTF-8.",
            id="other encoding",
        ),
    ],
)
def test_damaged_file_is_refused_with_file_and_line(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "area.tsv").write_bytes(content)
    with pytest.raises(LexiconError) as caught:
        load_lexicon(tmp_path)
    assert str(caught.value).startswith(message)


def test_folder_without_area_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("cough")
    with pytest.raises(LexiconError, match=r"^No lexicon file found in .*\. Put at least one <area>\.tsv there\.$"):
        load_lexicon(tmp_path)


@pytest.mark.parametrize(
    ("form", "normalised"),
    [("ＣＴ检查", "ct检查"), ("  Dry   Cough ", "dry cough"), ("β受体", "β受体"), ("chest\u3000pain", "chest pain")],
)
def test_forms_are_folded_in_width_case_and_spaces(form: str, normalised: str) -> None:
    assert normalise_form(form) == normalised


@given(st.text())
def test_normalising_twice_changes_nothing(form: str) -> None:
    assert normalise_form(normalise_form(form)) == normalise_form(form)


@given(st.lists(st.text(min_size=1).filter(lambda text: "\n" not in text), min_size=1))
def test_form_index_holds_each_form_as_normalised_alone(forms: list[str]) -> None:
    lexicon = Lexicon(
        Concept(id=str(n), kind=ConceptKind.SIGN, zh_forms=(form,), en_forms=("sign",)) for n, form in enumerate(forms)
    )
    expected: dict[str, tuple[str, ...]] = {}
    for n, form in enumerate(forms):
        for key in dict.fromkeys((normalise_form(form), "sign")):
            expected[key] = (*expected.get(key, ()), str(n))
    assert lexicon.form_index == expected


def test_shared_form_names_every_owner_in_file_order() -> None:
    lexicon = Lexicon([concept("b", en="MS"), concept("a", en="ms|multiple sclerosis")])
    assert lexicon.form_index["ms"] == ("b", "a")
    assert lexicon.form_index["multiple sclerosis"] == ("a",)


def test_hierarchy_is_followed_over_several_steps_nearest_first() -> None:
    lexicon = Lexicon(
        [
            concept("pain"),
            concept("chest-pain", broader=("pain", "chest-complaint")),
            concept("chest-complaint"),
            concept("crushing-pain", broader=("chest-pain",)),
        ]
    )
    assert lexicon.ancestors("crushing-pain") == ("chest-pain", "pain", "chest-complaint")
    assert lexicon.descendants("pain") == ("chest-pain", "crushing-pain")
    assert lexicon.is_a("crushing-pain", "pain")
    assert lexicon.is_a("pain", "pain")
    assert not lexicon.is_a("pain", "crushing-pain")


def test_unknown_id_is_a_key_error() -> None:
    lexicon = Lexicon([concept("pain")])
    for ask in (lexicon.__getitem__, lexicon.ancestors, lexicon.descendants):
        with pytest.raises(KeyError, match="ache"):
            ask("ache")
    with pytest.raises(KeyError, match="ache"):
        lexicon.is_a("pain", "ache")
    assert "ache" not in lexicon


def test_hierarchy_with_a_cycle_still_ends() -> None:
    lexicon = Lexicon([concept("a", broader=("b",)), concept("b", broader=("a",))])
    assert lexicon.ancestors("a") == ("b",)
    assert lexicon.descendants("a") == ("b",)


@pytest.mark.parametrize(
    ("concepts", "problems"),
    [
        pytest.param([concept("Chest_Pain")], ["area:Chest_Pain: id is not kebab-case ASCII"], id="id"),
        pytest.param(
            [concept("a", "甲症", "sign a"), concept("a", "乙症", "sign b")],
            ["a: id stands 2 times (area, area)"],
            id="twice",
        ),
        pytest.param([concept("b"), concept("a")], ["area:a: not sorted by id, stands after b"], id="unsorted"),
        pytest.param(
            [concept("a", "pain", "sign a")], ["area:a: Chinese form 'pain' has no Chinese character"], id="no Chinese"
        ),
        pytest.param([concept("a", "症状", "疼痛")], ["area:a: English form '疼痛' is not English"], id="no English"),
        pytest.param([concept("a", "症状", "mi")], ["area:a: English form 'mi' is too short for lower case"], id="mi"),
        pytest.param([concept("a", "痛", "pain")], ["area:a: form '痛' is too short"], id="one character"),
        pytest.param(
            [concept("a", "胸痛（剧烈）", "pain")],
            [
                "area:a: form '胸痛（剧烈）' holds the forbidden character '（'",
                "area:a: form '胸痛（剧烈）' is not in Unicode form NFKC",
            ],
            id="brackets",
        ),
        pytest.param(
            [concept("a", "胸痛", "chest  pain")],
            ["area:a: form 'chest  pain' has spaces at an edge or in a row"],
            id="spaces",
        ),
        pytest.param([concept("a", "胸痛", "Pain|pain")], ["area:a: form 'pain' is listed 2 times"], id="own double"),
        pytest.param([concept("a", broader=("z",))], ["area:a: unknown broader id 'z'"], id="broader"),
        pytest.param([concept("a", broader=("a",))], ["area:a: is broader than itself"], id="own broader"),
        pytest.param(
            [concept("a", broader=("b",)), concept("b", broader=("a",))],
            ["area:a: is broader than itself", "area:b: is broader than itself"],
            id="cycle",
        ),
        pytest.param(
            [concept("a", "甲症", "MS"), concept("b", "乙症", "ms stenosis|MS", note="shared MS: also the nerves")],
            ["form 'ms' is claimed by area:a, area:b without a note at a"],
            id="shared without note",
        ),
        pytest.param(
            [concept("a", "甲症", "MS", note="shared MS: also the heart")],
            ["area:a: note names 'ms', which is not a form it shares"],
            id="note without sharing",
        ),
        pytest.param(
            [concept("a", note="check this")], ["area:a: note 'check this' is not 'shared FORM: reason'"], id="note"
        ),
    ],
)
def test_each_fault_is_one_named_problem(concepts: list[Concept], problems: list[str]) -> None:
    assert check_lexicon(Lexicon(concepts)) == problems


def test_form_shared_with_notes_on_both_sides_is_sound() -> None:
    shared = [
        concept("a", "甲症", "MS|mitral", note="shared MS: also the nerves"),
        concept("b", "乙症", "MS|Mitral", note="shared ms: also the heart; shared Mitral: an example"),
    ]
    assert check_lexicon(Lexicon(shared)) == [
        "form 'mitral' is claimed by area:a, area:b without a note at a",
    ]
    assert check_lexicon(Lexicon([shared[0], concept("b", "乙症", "MS", note="shared MS: also the heart")])) == []


def test_shipped_lexicon_has_no_problems(shipped: Lexicon) -> None:
    assert check_lexicon(shipped) == []


def test_shipped_lexicon_covers_every_area_and_kind_with_at_least_2500_concepts(shipped: Lexicon) -> None:
    sizes = Counter(each.area for each in shipped)
    assert set(sizes) == AREAS
    assert {area for area, size in sizes.items() if size < 20} == set()
    assert {each.kind for each in shipped} == set(ConceptKind)
    assert len(shipped) >= 2500


@pytest.mark.parametrize(
    ("form", "concept_id"),
    [
        ("胸口疼", "chest-pain"),
        ("拉肚子", "diarrhea"),
        ("发烧", "fever"),
        ("喘不上气", "shortness-of-breath"),
        ("胸闷", "chest-tightness"),
        ("belly ache", "abdominal-pain"),
        ("coughing up blood", "hemoptysis"),
        ("肌钙蛋白升高", "elevated-troponin"),
        ("B超", "ultrasound"),
        ("CXR", "chest-x-ray"),
        ("嗓子沙哑", "hoarseness"),
        ("肺里有杂音", "adventitious-breath-sounds"),
    ],
)
def test_words_of_patients_and_doctors_lead_to_their_concept(shipped: Lexicon, form: str, concept_id: str) -> None:
    assert shipped.form_index[normalise_form(form)] == (concept_id,)


def test_shipped_hierarchy_leads_from_the_special_to_the_general(shipped: Lexicon) -> None:
    assert shipped.is_a("right-lower-quadrant-pain", "abdominal-pain")
    assert shipped.is_a("hemoptysis", "bleeding")
    assert not shipped.is_a("chest-tightness", "chest-pain")


def test_every_space_counts_as_one() -> None:
    spaces = [char for char in map(chr, range(sys.maxunicode + 1)) if char.isspace()]
    assert {normalise_form(f"chest{space}pain") for space in (*spaces, "  ", " \t")} == {"chest pain"}
