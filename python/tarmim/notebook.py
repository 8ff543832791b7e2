"""How a repaired text looks in a notebook: right to left, each changed word marked and shaded by its confidence, each doubtful one underlined."""

from __future__ import annotations

from html import escape
from math import floor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tarmim.engine import Repaired, Token

#: More tokens are not shown: a browser becomes slow at pages of several megabytes.
MOST_TOKENS = 5_000

_STYLE = (
    "direction:rtl;text-align:right;unicode-bidi:isolate;line-height:1.9;font-size:1.1em;white-space:pre-wrap;max-width:48em"
)


def repaired_html(repaired: Repaired) -> str:
    """A repaired text as HTML. Everything from the text is escaped."""
    tokens, text = repaired.tokens, repaired.text
    shown, place = [], 0
    for token in tokens[:MOST_TOKENS]:
        shown.append(escape(text[place : token.form_start]))
        shown.append(_word(token))
        place = token.form_end
    changed = sum(token.changed for token in tokens[:MOST_TOKENS])
    counted = f"{changed} of {min(len(tokens), MOST_TOKENS)} tokens changed; writing: {repaired.damage or 'no words'}"
    if len(tokens) > MOST_TOKENS:
        shown.append(" …")
        counted += f"; the first {MOST_TOKENS} of {len(tokens)} tokens are shown"
    note = f'<div dir="ltr" style="opacity:.7;font-size:.8em">{escape(counted)}</div>'
    return f'<div><div lang="ar" dir="rtl" style="{_STYLE}">{"".join(shown)}</div>{note}</div>'


def _percent(confidence: float) -> str:
    """A probability, rounded down, and never as certainty: 1 stands for 0.99995 or more."""
    return f"{min(floor(confidence * 1000) / 10, 99.9):g} %"


def _word(token: Token) -> str:
    mark = f'<span style="opacity:.6" title="restored mark">{escape(token.mark)}</span>' if token.mark else ""
    if not token.changed and not token.alternatives:
        return escape(token.form) + mark
    others = "، ".join(f"{other.form} {_percent(other.confidence)}" for other in token.alternatives)
    title = f"{token.raw} ← {token.form} {_percent(token.confidence)}" + (f"; {others}" if others else "")
    if not token.changed:
        # Left as it was, and in doubt.
        return f'<span style="border-bottom:1px dotted" title="{escape(title, quote=True)}">{escape(token.form)}</span>{mark}'
    # The surer, the fainter: what a reader should look at stands out.
    shade = 0.12 + 0.6 * (1.0 - token.confidence)
    style = f"background:rgba(230,145,0,{shade:.2f});border-radius:.2em;padding:0 .1em;color:inherit"
    return f'<mark style="{style}" title="{escape(title, quote=True)}">{escape(token.form)}</mark>{mark}'
