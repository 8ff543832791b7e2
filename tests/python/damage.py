"""The damage, implemented a second time: what can be left of a word, and so which repairs are allowed.

It shares no code with the program and does not ask it for an opinion. Two steps made the damage: the writer typed by habit
(a bare alif for a hamza form, `ه` for `ة`, `ي` for `ى` or `ى` for a final `ي`), then a script deleted every letter but the 28 plain
ones (`STRIPPED`), or merged letters with their bare twins and deleted nothing (`FOLDED`). In every state of writing, a space
between two words is lost now and then.
"""

import re

# What is left of a letter, as a regular expression. Letters that are not listed stay.
STRIPPED = {"أ": "ا?", "إ": "ا?", "آ": "ا?", "ة": "ه?", "ى": "ي?", "ء": "", "ئ": "", "ؤ": ""}
FOLDED = {"أ": "[أا]", "إ": "[إا]", "آ": "[آا]", "ة": "[ةه]", "ى": "[ىي]"}
# A final `ي` may have been typed `ى` and then deleted.
FINAL_YA = {True: "ي?", False: "ي"}

LETTER, DIACRITIC = "[ء-غف-ي]", "[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]"
# A word, and words that the repair took apart; what lies between is not touched by any repair.
WORDS = re.compile(f"((?:{LETTER}|{DIACRITIC}| )+)")
FOLLOWED_BY_A_LETTER = re.compile(f"{DIACRITIC}*{LETTER}")

# The states of writing that an article can be in, and the damage that each of its tokens can have suffered.
STATES = {"stripped": [STRIPPED], "normalised": [FOLDED], "soft": [FOLDED], "intact": [], "mixed": [STRIPPED, FOLDED]}


def what_is_left(words, damage):
    """A regular expression of all that the damage can leave of a run of words."""
    pattern = ""
    for place, letter in enumerate(words):
        if letter == "ي" and not FOLLOWED_BY_A_LETTER.match(words, place + 1):
            pattern += FINAL_YA[damage is STRIPPED]
        elif letter != " ":
            pattern += damage.get(letter, re.escape(letter))
    return pattern


def explains(form, raw, damage):
    """Whether the damage can have made the token `raw` of `form`, in which a space is one that was lost."""
    before, after = WORDS.split(raw), WORDS.split(form)
    if len(before) != len(after):
        return False
    # Words and what lies between them alternate: what lies between stays, and a word stays or is explained.
    between = before[::2] == after[::2]
    pairs = zip(before[1::2], after[1::2])
    return between and all(was == now or re.fullmatch(what_is_left(now, damage), was) for was, now in pairs)


def judge(article, sentence):
    """The forms of a sentence, repairs, doubts and all alternatives, that its article's damage cannot have made `raw` of."""
    wrong = []
    for token in sentence["repairs"] + sentence["doubts"]:
        forms = [token["repaired"], *(alternative["form"] for alternative in token["alternatives"])]
        possible = STATES[article["damage"]]
        wrong += [
            (form, token["raw"])
            for form in forms
            if form != token["raw"] and not any(explains(form, token["raw"], damage) for damage in possible)
        ]
    return wrong
