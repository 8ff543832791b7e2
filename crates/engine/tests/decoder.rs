//! The decoder on handmade lattices, with the shipped language model.

use engine::arabic::Word;
use engine::repair::channel::ChannelEvents;
use engine::repair::decoder::{Decoder, DecoderScratch};
use engine::repair::language_model::LanguageModel;
use engine::repair::lattice::{Candidate, Lattice};
use engine::repair::lexicon::{UNKNOWN, WordId};

use crate::shipped::{model, shipped_engine};

fn id(word: &str) -> WordId {
    let id = shipped_engine().repairer.candidates().id(Word::new(word).expect("letters").codes());
    assert_ne!(id, UNKNOWN, "{word} is listed");
    id
}

fn alone(word: &str) -> Candidate {
    Candidate { number: 0, word: id(word), second: UNKNOWN, events: ChannelEvents::NONE, cost: 0 }
}

fn joined(first: &str, second: &str) -> Candidate {
    Candidate { second: id(second), ..alone(first) }
}

/// The posteriors of the candidates of one slot.
fn posteriors(slots: &[Vec<Candidate>], slot: usize) -> Vec<f64> {
    let language_model = LanguageModel::new(model()).expect("the shipped model");
    let mut lattice = Lattice::default();
    for candidates in slots {
        lattice.push(candidates.iter().cloned());
    }
    let mut posteriors = Vec::new();
    Decoder::new(256, 1.0).decode(&lattice, &language_model, &mut DecoderScratch::default(), &mut posteriors);
    posteriors[lattice.offset(slot)..][..lattice.candidates(slot).len()].to_vec()
}

#[test]
fn two_words_that_ran_together_cost_as_much_as_apart() {
    let rivals = ["على", "عليه", "عن"];
    for (before, first, after) in
        [(["أكد", "الوزير"], "حرص", ["دعم", "القطاع"]), (["وأشار", "إلى"], "الحصول", ["شهادة", "الجودة"])]
    {
        let around = |middle: Vec<Vec<Candidate>>| {
            let mut slots: Vec<Vec<Candidate>> = before.iter().map(|word| vec![alone(word)]).collect();
            slots.extend(middle);
            slots.extend(after.iter().map(|word| vec![alone(word)]));
            slots
        };
        let together = posteriors(&around(vec![rivals.iter().map(|rival| joined(first, rival)).collect()]), 2);
        let apart = posteriors(&around(vec![vec![alone(first)], rivals.iter().map(|rival| alone(rival)).collect()]), 3);
        for (one, other) in together.iter().zip(&apart) {
            assert!((one - other).abs() < 1e-9, "{together:?} is not {apart:?}");
        }
        assert!(apart.iter().all(|p| *p > 0.0) && apart[0] > apart[1], "the model distinguishes them: {apart:?}");
    }
}

#[test]
fn a_word_after_two_that_ran_together_sees_both() {
    let choices = || vec![alone("دعم"), alone("ضوء"), alone("هامش")];
    let together =
        posteriors(&[vec![alone("أكد")], vec![joined("حرص", "على"), alone("في")], choices(), vec![alone("القطاع")]], 2);
    // The expected posteriors, by hand: a mixture of the two ways through the lattice, each computed from a lattice of its own.
    let through = |slots: &[Vec<Candidate>], slot: usize| posteriors(slots, slot);
    let only = through(&[vec![alone("أكد")], vec![alone("حرص")], vec![alone("على")], choices(), vec![alone("القطاع")]], 3);
    let other = through(&[vec![alone("أكد")], vec![alone("في")], choices(), vec![alone("القطاع")]], 2);
    let share = (together[0] - other[0]) / (only[0] - other[0]);
    assert!((-1e-9..=1.0 + 1e-9).contains(&share));
    for choice in 0..3 {
        let mixed = share * only[choice] + (1.0 - share) * other[choice];
        assert!((together[choice] - mixed).abs() < 1e-9, "{together:?} is no mixture of {only:?} and {other:?}");
    }
}
