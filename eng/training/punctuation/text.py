"""Punctuated text to labelled tokens, as a recogniser would have said them."""
import re
import unicodedata

NONE, COMMA, STOP, QUESTION, ENUMERATION = range(5)
LOWER, CAPITAL, UPPER = range(3)
LANGUAGES = ["zh", "yue", "ja", "en", "de", "fr", "ru", "ko"]
CHARACTER_LANGUAGES = ("zh", "yue", "ja")
CASED_LANGUAGES = ("en", "de", "fr", "ru")

_ABBREVIATIONS = set("mr mrs ms dr st prof sr jr vs etc no vol fig col gen capt lt sgt rev hon messrs mme mlle m hr fr nr bzw usw z.b d.h u.a ca str sog evtl ggf inkl т.е т.д т.п г гг им см стр".split())
_BRACKETS = re.compile(r"\([^()]*\)|（[^（）]*）|\[[^\[\]]*\]|【[^【】]*】|〔[^〕]*〕|\{[^}]*\}")
_QUOTES = str.maketrans("", "", "\"“”„«»‹›「」『』《》〈〉＂‟*_#|~^`・·•※○●◎△▲■□◆◇")
_WORD = re.compile(r"\d+(?:[.,:]\d+)+|[^\W_]+(?:['’][^\W_]+)*['’]?|[.,!?;:…—–-]+|[%&+=/@$€£°]", re.UNICODE)
_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()


def spoken_english(number):
    if number < 20:
        return [_ONES[number]]
    if number < 100:
        return [_TENS[number // 10]] + ([_ONES[number % 10]] if number % 10 else [])
    if number < 1000:
        return [_ONES[number // 100], "hundred"] + (spoken_english(number % 100) if number % 100 else [])
    if 1100 <= number < 2100 and number % 1000 >= 10:
        return spoken_english(number // 100) + (["hundred"] if number % 100 == 0 else (["oh"] if number % 100 < 10 else []) + spoken_english(number % 100))
    if number < 1_000_000:
        return spoken_english(number // 1000) + ["thousand"] + (spoken_english(number % 1000) if number % 1000 else [])
    return [_ONES[int(digit)] for digit in str(number)]


def spoken_chinese(digits, year):
    names = "零一二三四五六七八九"
    if year or len(digits) > 8 or digits[0] == "0":
        return "".join(names[int(digit)] for digit in digits)
    number, parts = int(digits), []
    if number >= 10000:
        return spoken_chinese(str(number // 10000), False) + "万" + (spoken_chinese(str(number % 10000), False) if number % 10000 else "")
    for value, unit in ((1000, "千"), (100, "百"), (10, "十")):
        if number >= value:
            parts.append(names[number // value] + unit)
            number %= value
        elif parts and number and not parts[-1].endswith("零"):
            parts.append("零")
    if number or not parts:
        parts.append(names[number])
    spoken = "".join(parts)
    return spoken[1:] if spoken.startswith("一十") else spoken


def mark_of(run, following, alphabetic):
    """The class of a run of punctuation characters."""
    if "?" in run or "？" in run:
        return QUESTION
    if any(c in run for c in "。．!！"):
        return STOP
    if "…" in run or "..." in run:
        return STOP if following == "" or (alphabetic and following[:1].isupper()) or not alphabetic else COMMA
    if "." in run:
        return STOP if not following or not following[:1].islower() else NONE
    if ";" in run:
        return STOP if alphabetic else COMMA
    if "、" in run:
        return ENUMERATION
    if any(c in run for c in ",，:：；—–"):
        return COMMA
    return NONE


def case_of(word):
    letters = [c for c in word if c.isalpha()]
    if not letters or not letters[0].isupper():
        return LOWER
    return UPPER if len(letters) > 1 and all(c.isupper() for c in letters) else CAPITAL


def alphabetic_tokens(text, language, speak=True):
    text = unicodedata.normalize("NFKC", text).replace("’", "'").replace("--", "—")
    text = re.sub(r"(?<=\d)[,.](?=\d{3}\b)", "", text)
    text = re.sub(r"\b(\w)\.(?=\w\.)", r"\1", text)
    pieces = re.findall(_WORD, text)
    tokens = []
    for index, piece in enumerate(pieces):
        if piece[0] in ".,!?;:…—–-":
            if not tokens:
                continue
            if set(piece) == {"-"}:
                continue
            word = tokens[-1][0].lower()
            following = next((p for p in pieces[index + 1:] if p[0].isalnum()), "")
            mark = mark_of(piece, following, True)
            if piece == "." and (word in _ABBREVIATIONS or (len(word) == 1 and word not in "iaвясюи" and following[:1].isupper())) and following:
                mark = NONE
            if mark > tokens[-1][1]:
                tokens[-1][1] = mark
        elif piece[0].isalnum():
            if speak and language == "en" and piece.isdigit() and len(piece) < 10:
                tokens += [[word, NONE, LOWER] for word in spoken_english(int(piece))]
            else:
                piece = piece.rstrip("'") or piece
                tokens.append([piece, NONE, case_of(piece)])
        elif piece == "%" and language == "en":
            tokens.append(["percent", NONE, LOWER])
    return tokens


_CJK_PIECE = re.compile(r"[A-Za-zÀ-ÿА-я]+(?:['’][A-Za-z]+)*|\d+(?:\.\d+)?|.", re.S)
_CJK_MARKS = "，。？！；：、,?!;:…—–．."


def character_tokens(text, language, speak=True):
    text = unicodedata.normalize("NFKC", re.sub(r"(?<=\d),(?=\d{3})", "", text))
    text = text.replace("﹐", "，")
    pieces = [p for p in re.findall(_CJK_PIECE, text) if not p.isspace()]
    tokens = []
    for index, piece in enumerate(pieces):
        if piece in _CJK_MARKS:
            if tokens:
                following = pieces[index + 1] if index + 1 < len(pieces) else ""
                mark = mark_of(piece, following, False) if piece != "." else (STOP if not following else NONE)
                if mark == ENUMERATION and language == "ja":
                    mark = COMMA
                if mark > tokens[-1][1] or (mark == COMMA and tokens[-1][1] == ENUMERATION):
                    tokens[-1][1] = mark
        elif piece.isdigit() and speak and language != "ja":
            year = len(piece) == 4 and index + 1 < len(pieces) and pieces[index + 1] == "年"
            tokens += [[c, NONE, LOWER] for c in spoken_chinese(piece, year)]
        elif piece[0].isalnum() or piece[0] in "々ー〇%":
            tokens.append([piece, NONE, case_of(piece) if piece.isascii() else LOWER])
    return tokens


def tokens_of(text, language, speak=True):
    """A paragraph as a list of [token as written, mark after it, case]."""
    previous = None
    while previous != text:
        previous, text = text, _BRACKETS.sub(" ", text)
    text = text.translate(_QUOTES)
    return (character_tokens if language in CHARACTER_LANGUAGES else alphabetic_tokens)(text, language, speak)


def usable(tokens, language):
    """Leaves out headings, lists, tables, verses of numbers and lines in another language."""
    if not tokens:
        return False
    marks = sum(1 for token in tokens if token[1])
    if not marks or (len(tokens) > 60 and marks * 40 < len(tokens)):
        return False
    if tokens[-1][1] not in (STOP, QUESTION, COMMA):
        return False
    if language in CHARACTER_LANGUAGES:
        return sum(1 for token in tokens if len(token[0]) > 1 or token[0].isascii()) * 3 < len(tokens)
    upper = sum(1 for token in tokens if token[2] == UPPER)
    return upper * 4 <= len(tokens)
