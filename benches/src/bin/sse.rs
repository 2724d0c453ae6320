//! Bytes of an event stream to typed events: `dify-api` beside the floor.

use bytes::Bytes;
use dify_benches::{
    chunks::{chunks, huge_event},
    clock,
    corpus::{Kind, stream},
    floor, memory, ours,
    tally::Tally,
};

const USAGE: &str = "\
sse run   floor|ours small|mixed EVENTS CHUNK   one stream, for callgrind
sse one   floor|ours KIB CHUNK                  one event of so many KiB, for callgrind
sse whole floor|ours KIB                        small events in one chunk of so many KiB, for callgrind
sse line  floor|ours MIB                        one event of so many MiB: time and memory
sse time  [ROUNDS]                              both, by turns, at each chunk size";

/// The sizes that streams are cut into: the worst, an odd one, a TCP segment, what hyper hands out, a large one.
const CHUNKS: [usize; 5] = [1, 7, 1460, 16 << 10, 64 << 10];

#[derive(Clone, Copy)]
enum Who {
    Floor,
    Ours,
}

impl Who {
    fn named(name: &str) -> Self {
        match name {
            "floor" => Self::Floor,
            "ours" => Self::Ours,
            other => panic!("`floor` or `ours`, not `{other}`"),
        }
    }

    fn decode(self, chunks: impl Iterator<Item = Bytes>) -> Tally {
        match self {
            Self::Floor => floor::decode(chunks),
            Self::Ours => ours::decode(chunks),
        }
    }
}

/// callgrind counts in here and nowhere else. Nothing below may have this in its name.
#[inline(never)]
fn measured(who: Who, stream: &Bytes, chunk: usize) -> Tally {
    who.decode(chunks(stream, chunk))
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse::<usize>().expect("a number");
    match arguments[..] {
        ["run", who, kind, events, chunk] => {
            let stream = Bytes::from(stream(Kind::named(kind), number(events)));
            println!("{:?}", measured(Who::named(who), &stream, number(chunk)));
        }
        ["one", who, size, chunk] => {
            let chunk = number(chunk);
            let stream = one_event(number(size) << 10);
            println!("{:?}", measured(Who::named(who), &stream, chunk));
        }
        ["whole", who, size] => {
            let stream = Bytes::from(stream(Kind::Small, (number(size) << 10) / 300));
            println!("{} bytes {:?}", stream.len(), measured(Who::named(who), &stream, usize::MAX));
        }
        ["line", who, size] => line(Who::named(who), number(size)),
        ["time"] => time(5),
        ["time", rounds] => time(number(rounds)),
        _ => {
            eprintln!("{USAGE}");
            std::process::exit(2);
        }
    }
}

fn one_event(length: usize) -> Bytes {
    let mut stream = Vec::new();
    huge_event(length, length.max(1)).for_each(|chunk| stream.extend_from_slice(&chunk));
    stream.into()
}

/// Thread CPU time per event, by turns, medians.
fn time(rounds: usize) {
    println!("stream\tchunk\tfloor ns/event\tours ns/event\tours/floor");
    for (kind, events) in [(Kind::Small, 20_000), (Kind::Mixed, 2_000)] {
        let stream = Bytes::from(stream(kind, events));
        let want = floor::decode(chunks(&stream, usize::MAX));
        assert_eq!(want.events, events as u64);
        for chunk in CHUNKS {
            let [mut floor, mut ours] = [const { Vec::new() }; 2];
            // The first round warms up.
            for round in 0..=rounds {
                for (who, times) in [(Who::Floor, &mut floor), (Who::Ours, &mut ours)] {
                    let begun = clock::thread();
                    let tally = who.decode(chunks(&stream, chunk));
                    let took = clock::thread() - begun;
                    assert_eq!(tally, want, "{kind:?} in chunks of {chunk}");
                    if round > 0 {
                        times.push(took * 1e9 / events as f64);
                    }
                }
            }
            let (floor, ours) = (clock::median(floor), clock::median(ours));
            println!("{kind:?}\t{chunk}\t{floor:.0}\t{ours:.0}\t{:.3}", ours / floor);
        }
    }
}

/// One event so large that nothing else matters, in chunks of 64 KiB that nobody else holds.
fn line(who: Who, size: usize) {
    let length = size << 20;
    let input = || huge_event(length, 64 << 10);
    let before = memory::resident();
    let begun = clock::thread();
    let tally = match who {
        Who::Floor => floor::decode(input()),
        Who::Ours => ours::decode_up_to(2 * length, input()),
    };
    let took = clock::thread() - begun;
    assert_eq!(tally.answer_bytes, length as u64);
    let (peak, after) = (memory::peak() - before, memory::resident().saturating_sub(before));
    println!(
        "{size} MiB: {took:.3} s CPU, peak {:.1} MiB = {:.2} x the event, {:.1} MiB kept",
        peak as f64 / 1024.0,
        peak as f64 / 1024.0 / size as f64,
        after as f64 / 1024.0
    );
}
