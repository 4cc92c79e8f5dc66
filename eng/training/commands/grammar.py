"""The sentences: strings of digits and what one says to a room full of devices. 50 words."""
DIGITS = "zero one two three four five six seven eight nine oh".split()
WORDS = DIGITS + ("double call dial turn on off the lights fan heating music radio in kitchen bedroom garden please volume up down play stop pause "
                  "next previous song station set timer alarm for minutes seconds open close door window yes no cancel").split()
TOKENS = ["<blank>", "<s>", "</s>", *sorted(WORDS), "<unk>"]
BREAK = ","


def digits(rng, least, most):
    """A string of digits, now and then with one said as a double and a breath between groups."""
    words = []
    while len(words) < rng.integers(least, most + 1):
        digit = str(rng.choice(DIGITS))
        if rng.random() < 0.08:
            words += ["double", digit if digit != "oh" else "zero"]
        else:
            words.append(digit)
        if rng.random() < 0.12:
            words.append(BREAK)
    return words[:-1] if words[-1] == BREAK else words


def sentence(rng):
    """A list of words; BREAK is a pause and no word."""
    pick = lambda text: str(rng.choice(text.split("|"))).split()
    place = pick("in the kitchen|in the bedroom|in the garden") if rng.random() < 0.5 else []
    kind = rng.random()
    if kind < 0.34:
        words = digits(rng, 2, 7)
    elif kind < 0.46:
        words = pick("call|dial") + digits(rng, 3, 6)
    elif kind < 0.58:
        words = pick("turn on|turn off") + ["the"] + pick("lights|fan|heating|music|radio") + place
    elif kind < 0.64:
        words = ["turn", "the"] + pick("volume|music|radio|heating") + pick("up|down|on|off")
    elif kind < 0.72:
        words = pick("play|stop|pause") + pick("the music|the radio|the next song|the previous song|the song")
    elif kind < 0.77:
        words = pick("next|previous") + pick("song|station")
    elif kind < 0.85:
        words = pick("set|stop|cancel") + ["the"] + pick("timer|alarm")
        words += ["for", str(rng.choice(DIGITS[1:10]))] + pick("minutes|seconds") if words[0] == "set" else []
    elif kind < 0.93:
        words = pick("open|close") + ["the"] + pick("door|window") + place
    elif kind < 0.97:
        words = pick("yes|no|cancel|stop|yes please|no cancel|no stop|please stop|volume up|volume down")
    else:
        words = [str(w) for w in rng.choice(WORDS, rng.integers(2, 6))]
    return words + ["please"] if kind < 0.93 and kind >= 0.46 and rng.random() < 0.15 else words
