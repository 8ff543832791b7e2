//! Mends what a source has wrong for certain, and keeps what is doubtful in it from being learnt.
//!
//! - The encyclopedia and old periodicals write `أن` for `إن` after a verb of saying (`قال أن`): put right if it stands directly after
//!   the verb. If words stand between, it may belong to another verb; there it becomes `ان`, which teaches nothing, because both twins
//!   are equally likely.
//! - Statutes and periodicals seat a hamza before `و` as Egypt did (`شئون`, `رءوس`), while today's newspapers write `شؤون`, `رؤوس`; and
//!   they write a final `ي` without its dots. If the edited news read before nearly always has the other form, that is taken.
//! - In text extracted from PDF files words have run together: a sentence with a word that no source before has is left out.
//!
//! Invariant: what is mended depends only on the text and the sources read before.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

use super::corpus::Corpus;
use super::sources::Source;
use super::symbols::{COLON, Piece, is_stop};
use engine::arabic::{Word, code};

/// Verbs of saying after which `إن` stands, without `و` and `ف`.
const SAYING: &str = "قال قالت قالوا قالا يقول تقول يقولون نقول أقول قلت قلنا قائلا قائلة قائلين سيقول";
/// `أن`, alone and with its pronouns. `أنا`, the pronoun, is none of them.
const AN: &str = "أن أنه أنها أنهم أنهما أننا أنني أنك أنكم أني";
/// Words after a verb of saying within which an `أن` may introduce what was said.
const NEAR: usize = 6;
/// A form is mended if the edited news has the other one this many times as often.
const CLEARLY: u32 = 20;
/// Occurrences in the edited news that the other form needs.
const LEAST_SEEN: u32 = 20;

static SAYING_CODES: LazyLock<FxHashSet<Vec<u8>>> = LazyLock::new(|| coded(SAYING));
static AN_CODES: LazyLock<FxHashSet<Vec<u8>>> = LazyLock::new(|| coded(AN));

fn coded(words: &str) -> FxHashSet<Vec<u8>> {
    words.split_whitespace().filter_map(Word::new).map(|word| word.codes().to_vec()).collect()
}

/// How much was mended of a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mended {
    /// Sentences left out.
    pub sentences: usize,
    /// Their words.
    pub words: usize,
    /// Hamzas given another seat.
    pub seats: usize,
    /// Final letters given their dots.
    pub final_ya: usize,
    /// `أن` turned into `إن`.
    pub said: usize,
    /// `أن` from which nothing is learnt.
    pub doubtful: usize,
}

/// Mends an article; `before` holds what was read before it.
pub(super) fn mend(pieces: Vec<Piece>, source: Source, before: &Corpus, mended: &mut Mended) -> Vec<Piece> {
    let mut pieces = if source.scanned { without_unknown(pieces, before, mended) } else { pieces };
    if !(source.is_typical() && source.edited) {
        for piece in &mut pieces {
            if let Piece::Word(word) = piece {
                respell(word, before, mended);
            }
        }
    }
    mend_saying(&mut pieces, source, mended);
    pieces
}

/// Leaves out the sentences with a word that was never read before.
fn without_unknown(pieces: Vec<Piece>, before: &Corpus, mended: &mut Mended) -> Vec<Piece> {
    let mut kept = Vec::with_capacity(pieces.len());
    let mut sentence = Vec::new();
    let mut finish = |sentence: &mut Vec<Piece>| {
        if sentence.iter().filter_map(Piece::word).any(|word| !before.has(word)) {
            mended.sentences += 1;
            mended.words += sentence.iter().filter_map(Piece::word).count();
            sentence.clear();
        }
        kept.append(sentence);
    };
    for piece in pieces {
        let is_last = matches!(piece, Piece::Mark(mark) if is_stop(mark));
        sentence.push(piece);
        if is_last {
            finish(&mut sentence);
        }
    }
    finish(&mut sentence);
    kept
}

/// Replaces a word by the form that the edited news has in its place.
fn respell(word: &mut Vec<u8>, before: &Corpus, mended: &mut Mended) {
    let is_usual = |form: &[u8], word: &[u8]| {
        let seen = before.count_in_edited_news(form);
        seen >= LEAST_SEEN && seen / CLEARLY >= before.count_in_edited_news(word)
    };
    for at in 1..word.len().saturating_sub(1) {
        let is_seat = matches!(word[at], code::HAMZA | code::YA_HAMZA) && word[at + 1] == code::WAW;
        if is_seat && word[at - 1] != code::ALIF {
            let mut form = word.clone();
            form[at] = code::WAW_HAMZA;
            if is_usual(&form, word) {
                *word = form;
                mended.seats += 1;
                return;
            }
        }
    }
    // A verb in the imperfect may be passive: `تؤدى`, `يعطى`.
    let bare = word.strip_prefix(&[code::WAW]).unwrap_or(word);
    let may_be_passive = matches!(bare.first(), Some(&(code::YA | code::TA | code::NUN | code::ALIF_HAMZA)));
    if let [head @ .., code::MAQSURA] = word.as_slice()
        && !may_be_passive
    {
        let form = [head, &[code::YA]].concat();
        if is_usual(&form, word) {
            *word = form;
            mended.final_ya += 1;
        }
    }
}

/// Mends `أن` after verbs of saying.
fn mend_saying(pieces: &mut [Piece], source: Source, mended: &mut Mended) {
    // Words since the last verb of saying.
    let mut since = NEAR;
    for piece in pieces {
        let word = match piece {
            Piece::Mark(mark) => {
                // After a colon the speaker's own words begin, which may well start with `أن`.
                since = if is_stop(*mark) || *mark == COLON { NEAR } else { since };
                continue;
            }
            Piece::Word(word) => word,
        };
        if since < NEAR && AN_CODES.contains(word) {
            if since == 0 {
                word[0] = code::ALIF_HAMZA_BELOW;
                mended.said += 1;
            } else if !source.edited {
                word[0] = code::ALIF;
                mended.doubtful += 1;
            }
            since = NEAR;
        } else if is_saying(word) {
            since = 0;
        } else {
            since = (since + 1).min(NEAR);
        }
    }
}

fn is_saying(word: &[u8]) -> bool {
    let bare = match word {
        [code::WAW | code::FA, rest @ ..] if rest.len() > 2 => rest,
        _ => word,
    };
    SAYING_CODES.contains(bare) || SAYING_CODES.contains(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::{OTHER, SOURCES};
    use crate::symbols::STOP;
    use engine::arabic::decode_word;

    fn mended(text: &str, source: Source) -> String {
        let piece = |word: &str| Word::new(word).map_or(Piece::Mark(STOP), |word| Piece::Word(word.codes().to_vec()));
        let pieces = text.split_whitespace().map(piece).collect();
        let pieces = mend(pieces, source, &Corpus::default(), &mut Mended::default());
        let shown = |piece: &Piece| match piece {
            Piece::Word(word) => decode_word(word),
            Piece::Mark(_) => ".".to_owned(),
        };
        pieces.iter().map(shown).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn inna_stands_after_a_verb_of_saying() {
        let encyclopedia = Source { edited: false, ..OTHER };
        assert_eq!(mended("وقال أن الأمر سهل", OTHER), "وقال إن الأمر سهل");
        assert_eq!(mended("يقول أنه وجد", OTHER), "يقول إنه وجد");
        assert_eq!(mended("قال الوزير أنه وجد", OTHER), "قال الوزير أنه وجد");
        assert_eq!(mended("قال الوزير أنه وجد أن", encyclopedia), "قال الوزير انه وجد أن");
        assert_eq!(mended("قال نعم . أن نكون", encyclopedia), "قال نعم . أن نكون");
        assert_eq!(mended("يريد أن يقول", encyclopedia), "يريد أن يقول");
        assert_eq!(mended("قال أنا هنا", encyclopedia), "قال أنا هنا");
    }

    #[test]
    fn a_scanned_sentence_with_an_unknown_word_is_left_out() {
        let scanned = SOURCES.into_iter().find(|source| source.scanned).expect("one is");
        assert_eq!(mended("كلمة . أخرى", scanned), "", "nothing was read before");
        assert_eq!(mended("كلمة . أخرى", OTHER), "كلمة . أخرى");
    }
}
