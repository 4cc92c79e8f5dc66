"""One utterance through a streaming model in FunASR's chunks."""
import torch

from graphs import FEATURES, TAIL
from modules import fire_stepwise, positions


def stream(encoder, decoder, size, frames, count, left, new, right):
    """FunASR's chunks, from the whole utterance's frames and its number of samples. Gives what each step gives; fires are frames of the utterance."""
    scaled = torch.tensor(frames, dtype=torch.float32) * size.width ** 0.5
    scaled = scaled + positions(1, len(scaled), FEATURES)
    context, step = left + right, new * 960
    whole = lambda begin, end: torch.cat([torch.zeros(max(0, -begin), FEATURES), scaled[max(0, begin):max(0, end)]])
    full = count // step
    rest, after = count - full * step, len(scaled) - full * new
    passes = [(k * new - context, whole(k * new - context, k * new + new), False) for k in range(full)]
    base = full * new
    if full > 0 and rest < 960:
        passes.append((base - context, whole(base - context, base), True))
    elif after + right <= new:
        if after > 0:
            passes.append((base - context, whole(base - context, base + after), True))
    else:
        x = whole(base - context, base + after)
        passes.append((base - context, torch.cat([x, torch.zeros(context + new - len(x), FEATURES)]), False))
        passes.append((base + new - right - left, torch.cat([x[-left:], scaled[base + new - right:]]), True))
    carried, caches = (0.0, torch.zeros(size.width)), [torch.zeros(1, size.width, 10) for _ in range(size.layers)]
    found = dict(alphas=[], encoded=[], fired=[], logits=[], ids=[], fires=[])
    for origin, x, last in passes:
        enc, enc_len, alphas = encoder(x[None], torch.tensor([len(x)], dtype=torch.int32))
        alphas = alphas[0].clone()
        alphas[:left] = 0
        alphas[left + new:] = 0
        steps = [(h, a) for h, a in zip(enc[0], alphas)]
        if last:
            steps.append((torch.zeros(size.width), torch.tensor(TAIL)))
        fires, carried = fire_stepwise(steps, carried)
        found["alphas"].append(alphas)
        found["encoded"].append(enc[0])
        if fires:
            embeds = torch.stack([e for _, e in fires])[None]
            logits, ids, *caches = decoder(enc, enc_len, embeds, torch.tensor([len(fires)], dtype=torch.int32), *caches)
            found["fired"].append(embeds[0])
            found["logits"].append(logits[0])
            found["ids"] += ids[0].tolist()
            found["fires"] += [max(0, origin + i) for i, _ in fires]
    return {k: torch.cat(v).numpy() if k not in ("ids", "fires") else v for k, v in found.items()}
