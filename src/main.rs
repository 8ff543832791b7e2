use tarmim::progress::*;
use tarmim::train::*;
use tarmim::{evaluate::*, model::*, repair::*, split::*};
fn main() {
    let a: Vec<String> = std::env::args().collect();
    if a[1] == "train" {
        let s = TrainSettings { corpus: a[2].clone().into(), lexicon: Some(a[3].clone().into()), output: a[4].clone().into(), checkpoints: a[5].clone().into(), seed: 7 };
        println!("{:?}", train(&s, Progress::Lines));
    }
    if a[1] == "eval" {
        let t = std::time::Instant::now();
        let m = ModelFile::open(std::path::Path::new(&a[2])).unwrap();
        println!("open {:?}", t.elapsed());
        let r = Repairer::new(&m, 0.5).unwrap();
        println!("ready {:?}", t.elapsed());
        for (e, w) in [(0.0, 0.0), (0.5, 0.0), (0.5, 0.5), (0.8,0.5), (0.8, 1.0), (1.2, 1.0), (1.2,0.5)] {
            let st = SplitSettings { max_tokens: 120, eagerness: e, length_weight: w };
            let s = Splitter::new(&m, st).unwrap_or_else(|_| Splitter::from_model(model::BoundaryModel { weights: vec![[0;2]; 1<<21], bias: [-99,-99], length_costs: vec![1;128] }, st));
            println!("eager {e} length {w}");
            for f in &a[3..] {
                let recs = read_benchmark(std::path::Path::new(f)).unwrap();
                let t = std::time::Instant::now();
                let p = predict(&recs, &r, &s);
                let el = t.elapsed();
                println!("{} {} {el:?}", f, serde_json::to_string(&score(&recs, &p)).unwrap());
                if let Ok(d) = std::env::var("DUMP") { use std::io::Write; let mut o = std::fs::OpenOptions::new().append(true).create(true).open(d).unwrap();
                  for (r, p) in recs.iter().zip(&p) { writeln!(o, "{}", serde_json::json!({"id": r.id, "tokens": p.tokens, "ends": p.ends})).unwrap(); } }
            }
            if std::env::var("DUMP").is_ok() { break; }
        }
    }
}
