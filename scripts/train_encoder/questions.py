"""Write questions about one disease twice: as a patient tells it, and as a list of frequent questions has it."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from casefinder.clinical.lexicon.model import Concept
from scripts.train_encoder.sources import Pair

_ASKED_ABOUT = frozenset({"disease", "symptom", "sign"})

_FREQUENT_EN: Mapping[str, Sequence[str]] = {
    "cause": ("What causes {x}?", "What are the causes of {x}?", "Why do people get {x}?"),
    "symptoms": ("What are the symptoms of {x}?", "What are the signs of {x}?", "How do I know if I have {x}?"),
    "treatment": ("What are the treatments for {x}?", "How is {x} treated?", "How can {x} be treated?"),
    "cure": ("Is there a cure for {x}?", "Can {x} be cured?", "What is the outlook for {x}?"),
    "diagnosis": ("How is {x} diagnosed?", "What tests are used to diagnose {x}?", "How to diagnose {x}?"),
    "inheritance": ("Is {x} inherited?", "Is {x} genetic?", "What genes are related to {x}?"),
    "prevention": ("How can {x} be prevented?", "How to prevent {x}?", "Who is at risk for {x}?"),
    "spread": ("Is {x} contagious?", "How does {x} spread?", "Can you catch {x} from someone?"),
    "what": ("What is {x}?", "Do you have information about {x}?", "What should I know about {x}?"),
    "complications": ("What are the complications of {x}?", "What other problems can {x} lead to?"),
    "diet": ("What should I eat or avoid if I have {x}?", "What to do for {x}: eating, diet and nutrition"),
    "research": ("What research is being done for {x}?", "Are there clinical trials for {x}?"),
}

_TOLD_EN: Mapping[str, Sequence[str]] = {
    "cause": ("I have been told I have {x} and nobody can say where it comes from. Why did this happen to me?",
              "My father suffers from {x}. What brings it on?", "what makes someone get {x} all of a sudden"),
    "symptoms": ("I am worried that it might be {x}. What would I notice in my body if it was?",
                 "Which complaints should I look out for with {x}?", "My sister may have {x}, how does it show"),
    "treatment": ("I was recently diagnosed with {x}. What medicine or operation could help me?",
                  "My wife has had {x} for years and nothing works. Which therapy is best, please advise.",
                  "need help getting rid of {x}, what can the doctor give me"),
    "cure": ("Does {x} ever go away completely, or will my son have it all his life?",
             "How long can a person live with {x}? Will I recover?", "Can I ever get well again after {x}?"),
    "diagnosis": ("Which examination would tell whether it is really {x}? My doctor is not sure.",
                  "Is there a blood test or scan for {x}?", "how do they find out that you have {x}"),
    "inheritance": ("My mother and my aunt both have {x}. Will my children get it too?",
                    "We are planning a baby and {x} runs in my family. Can it be passed on?"),
    "prevention": ("What can I do so that I never get {x}?", "I do not want to get {x} again. How do I avoid it?"),
    "spread": ("My husband has {x}. Can I get it from sharing a bed or a cup with him?",
               "Is it safe to be near somebody with {x}, or will I be infected?"),
    "what": ("The report of my daughter says {x}. Please explain what that means.",
             "I would like to learn more about {x}, can you send me anything on it?"),
    "complications": ("If {x} is left alone, what else can go wrong later?",
                      "Could {x} damage my heart or kidneys in the long run?"),
    "diet": ("Which foods are bad for me now that I have {x}?", "Is there a special diet for a person with {x}?"),
    "research": ("Is anything new being tried for {x}? I would gladly take part in a study.",
                 "Where can I sign up for a trial of a new drug against {x}?"),
}  # fmt: skip

_ASKED_ZH: Mapping[str, Sequence[str]] = {
    "cause": ("{x}是什么原因引起的？", "为什么会得{x}？", "{x}的病因有哪些"),
    "symptoms": ("{x}有什么症状？", "{x}会有哪些表现", "得了{x}会有什么感觉"),
    "treatment": ("{x}怎么治疗？", "{x}吃什么药好", "{x}用什么方法治疗效果好？"),
    "cure": ("{x}能治好吗？", "{x}可以根治吗", "得了{x}还能活多久？"),
    "diagnosis": ("{x}需要做什么检查？", "怎么确诊是不是{x}", "如何诊断{x}？"),
    "inheritance": ("{x}会遗传吗？", "{x}会不会传给下一代"),
    "prevention": ("怎样预防{x}？", "平时怎么避免得{x}", "哪些人容易得{x}？"),
    "spread": ("{x}会传染吗？", "和{x}病人一起吃饭会被传染吗"),
    "what": ("什么是{x}？", "{x}是什么病"),
    "complications": ("{x}有哪些并发症？", "{x}不治会有什么后果", "{x}的危害"),
    "diet": ("{x}不能吃什么？", "{x}饮食上要注意什么", "得了{x}吃什么好"),
    "research": ("{x}有什么新的治疗研究？", "{x}有没有新药在试验"),
}


def pair_questions(concepts: Sequence[Concept], *, n_pairs: int, seed: int) -> list[Pair]:
    """Write pairs of questions that ask the same about the same, in other words and often another language.

    The hard negative of a pair asks something else about the same disease.
    """
    choice = random.Random(seed)
    asked = [c for c in concepts if c.kind in _ASKED_ABOUT]
    return [_write_pair(choice.choice(asked), choice) for _ in range(n_pairs)]


def _write_pair(concept: Concept, choice: random.Random) -> Pair:
    kind, other = choice.sample(sorted(_FREQUENT_EN), k=2)
    left, right = choice.choice(((_TOLD_EN, _FREQUENT_EN), (_ASKED_ZH, _FREQUENT_EN), (_ASKED_ZH, _ASKED_ZH)))
    return Pair(
        _write(left[kind], concept, choice, chinese=left is _ASKED_ZH),
        _write(right[kind], concept, choice, chinese=right is _ASKED_ZH),
        f"{concept.id} {kind}",
        _write(right[other], concept, choice, chinese=right is _ASKED_ZH),
    )


def _write(templates: Sequence[str], concept: Concept, choice: random.Random, *, chinese: bool) -> str:
    forms = concept.zh_forms if chinese else concept.en_forms
    return choice.choice(templates).format(x=choice.choice(forms))
