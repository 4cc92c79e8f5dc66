"""Modified beam search with a context graph, and the ways of CTC, written for checking."""
import numpy as np


def log_softmax(x):
    x = x - x.max(-1, keepdims=True)
    return x - np.log(np.exp(x).sum(-1, keepdims=True))


class ContextGraph:
    """A trie of phrases; scores are added token by token and taken back where a phrase is not completed."""

    def __init__(self, phrases):
        self.children, self.node, self.token, self.end, self.fail, self.output = [{}], [0.0], [0.0], [False], [0], [0.0]
        for tokens, score in phrases:
            at = 0
            for i, token in enumerate(tokens):
                if token not in self.children[at]:
                    self.children[at][token] = len(self.node)
                    self.children.append({})
                    self.node.append(self.node[at] + score)
                    self.token.append(score)
                    self.end.append(False)
                    self.fail.append(0)
                    self.output.append(0.0)
                else:
                    child = self.children[at][token]
                    self.token[child] = max(score, self.token[child])
                    self.node[child] = self.node[at] + self.token[child]
                at = self.children[at][token]
            self.end[at] = True
        queue = list(self.children[0].values())
        for at in queue:
            self.output[at] = self.node[at] if self.end[at] else 0.0
            if self.fail[at]:
                self.output[at] += self.output[self.fail[at]]
            for token, child in self.children[at].items():
                back = self.fail[at]
                while back and token not in self.children[back]:
                    back = self.fail[back]
                self.fail[child] = self.children[back].get(token, 0)
                queue.append(child)

    def step(self, state, token):
        if token in self.children[state]:
            node = self.children[state][token]
            score = self.token[node]
        else:
            back = self.fail[state]
            while back and token not in self.children[back]:
                back = self.fail[back]
            node = self.children[back].get(token, 0)
            score = self.node[node] - self.node[state]
        if self.output[node]:
            matched = node
            while not self.end[matched]:
                matched = self.fail[matched]
            return score + self.node[matched] - self.node[node], 0
        return score, node


def modified_beam(encoder_out, decode, join, graph, unknown, paths=4, context=2):
    """Best tokens, their frames and log probabilities, and the score. decode: contexts [N, 2] to rows, join: rows and rows to logits."""
    hyps = [{"ys": [-1] * (context - 1) + [0], "score": 0.0, "frames": [], "logs": [], "state": 0}]
    for frame, row in enumerate(encoder_out):
        rows = decode([h["ys"][-context:] for h in hyps])
        logs = log_softmax(join(np.repeat(row[None], len(hyps), 0), rows).astype(np.float64))
        scores = logs + np.array([h["score"] for h in hyps])[:, None]
        merged = {}
        for at in np.argsort(-scores.reshape(-1), kind="stable")[:paths]:
            old, token = hyps[at // logs.shape[1]], int(at % logs.shape[1])
            new = {**old, "score": scores.reshape(-1)[at]}
            if token not in (0, unknown):
                bonus, state = graph.step(old["state"], token) if graph else (0.0, 0)
                new = {"ys": old["ys"] + [token], "score": new["score"] + bonus, "frames": old["frames"] + [frame],
                       "logs": old["logs"] + [logs[at // logs.shape[1], token]], "state": state}
            key = tuple(new["ys"])
            if key in merged:
                merged[key]["score"] = np.logaddexp(merged[key]["score"], new["score"])
            else:
                merged[key] = new
        hyps = list(merged.values())
    best = max(hyps, key=lambda h: h["score"] / len(h["ys"]))
    ranked = sorted((h["score"] / len(h["ys"]) for h in hyps), reverse=True)
    return best["ys"][context:], best["frames"], best["logs"], best["score"], (ranked + [-1e9])[0] - (ranked + [-1e9])[1]


def ctc_greedy(log_probs, blank=0):
    best = log_probs.argmax(1)
    kept = [i for i in range(len(best)) if best[i] != blank and (i == 0 or best[i] != best[i - 1])]
    return best[kept].tolist(), kept
