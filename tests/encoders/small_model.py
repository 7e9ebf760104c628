"""A real sentence-transformers model of a few kilobytes, made on the spot: BERT, first-token pooling, unit length."""

from __future__ import annotations

from pathlib import Path

_WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"胸痛伴冷汗发热咳嗽", "chest", "pain", "fever", "cough"]


def make_model(folder: Path, *, pooling: str = "cls") -> Path:
    """Write the model to a folder, the way `SentenceTransformer.save` lays a downloaded model out."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizer

    source = folder.parent / f"{folder.name}-transformer"
    source.mkdir()
    (source / "vocab.txt").write_text("\n".join(_WORDS) + "\n", encoding="utf-8")
    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=len(_WORDS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
    )
    BertModel(config).save_pretrained(source)
    BertTokenizer(vocab=str(source / "vocab.txt")).save_pretrained(source)
    words = Transformer(str(source), max_seq_length=64)
    pool = Pooling(words.get_word_embedding_dimension(), pooling_mode=pooling)
    SentenceTransformer(modules=[words, pool, Normalize()], device="cpu").save(str(folder))
    return folder
