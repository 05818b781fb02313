# SPDX-License-Identifier: Apache-2.0
"""Reads dialogues as intent models do, in Python: words, subwords by a model's vocabulary, inputs with the turns before."""
import json
import pathlib
import unicodedata

UTTERANCE, TURN, NGRAMS = 64, 40, 512


def kind(character):
    if character.isspace() or unicodedata.category(character) == "Cc":
        return "space"
    if unicodedata.category(character) == "Nd":
        return "digit"
    if unicodedata.name(character, "").startswith("CJK UNIFIED"):
        return "ideograph"
    return "letter" if character.isalpha() or unicodedata.category(character) == "Mn" else "sign"


def words(text):
    word, last = "", "space"
    for character in unicodedata.normalize("NFC", text).lower():
        now = kind(character)
        if now != last or now == "sign":
            if word:
                yield word
            word = ""
        last = now
        if now != "space":
            word += "0" if now == "digit" else character
    if word:
        yield word


class Vocabulary:
    def __init__(self, pieces):
        self.numbers = {piece: number for number, piece in enumerate(pieces)}
        self.longest = max(map(len, pieces))
        self.known = {}

    def word(self, word):
        if word not in self.known:
            text, start, found = "\u2581" + word, 0, []
            while start < len(text):
                for end in range(min(len(text), start + self.longest), start, -1):
                    if text[start:end] in self.numbers:
                        found.append(self.numbers[text[start:end]])
                        start = end
                        break
                else:
                    found.append(0)
                    start += 1
            self.known[word] = found
        return self.known[word]

    def read(self, text, limit):
        return [number for word in words(text) for number in self.word(word)][:limit]


def fnv(text):
    value = 0xCBF29CE484222325
    for byte in text.encode("utf-8"):
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value


def bucket(text, count):
    value = fnv(text)
    return (value ^ value >> 32) % count


def ngrams(text, count):
    """The buckets of an utterance's n-grams: pieces of words, words and pairs of words."""
    found, last = [], ""
    for word in words(text):
        if len(found) >= NGRAMS:
            break
        least, most = (1, 3) if kind(word[-1]) == "ideograph" else (3, 5)
        whole = "\u2581" + word + "\u2581"
        for start in range(len(whole)):
            if len(found) >= NGRAMS:
                break
            found += [bucket(whole[start:start + size], count) for size in range(least, min(most, len(whole) - start) + 1)]
        found.append(bucket(" \u2581" + word, count))
        if last:
            found.append(bucket(" \u2581" + last + "\u2581" + word, count))
        last = word
    return sorted(set(found[:NGRAMS]))


class KnownPairs:
    """The pairs of words that a model has read in training."""

    def __init__(self, path):
        self.bits = int.from_bytes(path.read_bytes(), "little")
        self.count = path.stat().st_size * 8
        self.known = {}

    def has(self, first, second):
        mask = 0xFFFFFFFFFFFFFFFF
        value = ((first * 0x9E3779B97F4A7C15 & mask) ^ second) * 0xBF58476D1CE4E5B9 & mask
        value = (value ^ value >> 31) * 0x94D049BB133111EB & mask
        value ^= value >> 32
        places = [((value & 0xFFFFFFFF) + index * (value >> 32 | 1)) % self.count for index in range(3)]
        return all(self.bits >> place & 1 for place in places)

    def novelty(self, texts):
        """The share of pairs that are new."""
        new, total = 0, 0
        for text in texts:
            numbers = [0, *(fnv("\u2581" + word) for word in words(text)), 0]
            for pair in zip(numbers, numbers[1:]):
                if pair not in self.known:
                    self.known[pair] = self.has(*pair)
                new, total = new + (not self.known[pair]), total + 1
        return new / max(1, total)


def examples(path, labels, vocabulary, before):
    """Of each utterance with an intent: rows of piece, place, distance and speaker, the intent's number, the texts, its own first."""
    for line in pathlib.Path(path).read_text(encoding="utf-8").split("\n"):
        if not line.strip():
            continue
        value = json.loads(line)
        turns = value.get("turns", [value])
        for index, turn in enumerate(turns):
            if turn.get("intent") not in labels:
                continue
            rows = [(1, 0, 0, 0)]
            for distance, said in enumerate(reversed(turns[max(0, index - before):index + 1])):
                speaker = 0 if said.get("speaker", "user") == "user" else 1
                numbers = vocabulary.read(said["text"], UTTERANCE if distance == 0 else TURN)
                rows += [(number, place + 1, distance, speaker) for place, number in enumerate(numbers)]
                rows.append((2, 0, distance, speaker))
            texts = [said["text"] for said in reversed(turns[max(0, index - before):index + 1])]
            yield rows, labels[turn["intent"]], texts
