//! Golden cases: what is made of given files, and why.

use std::io::{Cursor, Write as _};
use std::ops::ControlFlow;

use ::zip::unstable::write::FileOptionsExt as _;
use ::zip::write::SimpleFileOptions;

use super::super::{Selection, read_source};
use super::{LIMIT, gzip, read, read_with, settings, tar, told, utf16, windows_1256, xz, zip, zstd};

#[test]
fn formats_are_read() {
    for (name, bytes, expected, why) in [
        ("a.txt", "نص".into(), vec!["a.txt: text نص"], "a text is given as it is"),
        ("a.XHTML.gz", gzip(b"<p>"), vec!["a.XHTML.gz: page <p>"], "a compressed file has its own path"),
        ("a.parquet", b"x".to_vec(), vec!["a.parquet: REJECT broken_table"], "no table"),
        ("a.parquet.zst", zstd(b"xy"), vec!["a.parquet.zst: REJECT broken_table"], "a compressed table is looked into"),
        ("a.pdf", b"x".to_vec(), vec!["a.pdf: REJECT unsupported"], "no format that is read"),
        (
            "a.jsonl",
            "\u{feff}{\"b\":1,\"a\":\"ن\"}\r\n \n[1]\n{}".into(),
            vec!["a.jsonl line 1 @3: b=1 a=\"ن\"", "a.jsonl line 3 @23: REJECT broken_record", "a.jsonl line 4 @27: "],
            "the mark is dropped, blank lines count but are no records, the last line needs no line feed",
        ),
        (
            "a.csv",
            b"t,d\r\n\"a\r\n\"\"b\"\"\",1\r\n\r\nx\r\ny,2,3\r\nz,4".to_vec(),
            vec![
                "a.csv row 1 @5: t=\"a\\r\\n\\\"b\\\"\" d=\"1\"",
                "a.csv row 2 @21: REJECT broken_record",
                "a.csv row 3 @24: REJECT broken_record",
                "a.csv row 4 @31: t=\"z\" d=\"4\"",
            ],
            "quoted line breaks, doubled quotes, blank lines, too few and too many fields",
        ),
    ] {
        assert_eq!(told(&read(name, &bytes)), expected, "{name}: {why}");
    }
}

#[test]
fn tables_and_encodings_are_read() {
    let utf16_rows = [vec![0xff, 0xfe], utf16("عنوان,نص\nا,ب\nج\n")].concat();
    for (name, bytes, expected, why) in [
        ("a.tsv", b"t\td\na,b\tc\n".to_vec(), vec!["a.tsv row 1 @4: t=\"a,b\" d=\"c\""], "separated by tabs"),
        ("a.csv", b"t,d\n\"a,1\nb,2\n".to_vec(), vec!["a.csv row 1 @4: REJECT broken_record"], "a quote is not closed"),
        ("a.csv", b"t, T\na,b\n".to_vec(), vec!["a.csv: REJECT broken_header"], "one name twice"),
        (
            "a.csv",
            b",t,\n0,a,\n1,b,,\n,,\n".to_vec(),
            vec![
                "a.csv row 1 @4: column 1=\"0\" t=\"a\" column 3=\"\"",
                "a.csv row 2 @9: column 1=\"1\" t=\"b\" column 3=\"\"",
            ],
            "columns without a name, a separator too many, an empty row",
        ),
        ("a.csv", b",,\na,b,c\n".to_vec(), vec!["a.csv: REJECT broken_header"], "no column has a name"),
        ("a.csv", b"t;d\na;b\n".to_vec(), vec!["a.csv row 1 @4: t=\"a\" d=\"b\""], "another separator"),
        ("a.csv", b"sep=|\nt|d\na|b\n".to_vec(), vec!["a.csv row 1 @10: t=\"a\" d=\"b\""], "a separator that is told"),
        ("a.csv", Vec::new(), vec!["a.csv: REJECT broken_header"], "no header"),
        ("a.csv", b"t,d".to_vec(), vec![], "a header without rows holds no article"),
        (
            "u.csv",
            utf16_rows,
            vec!["u.csv row 1 @20: عنوان=\"ا\" نص=\"ب\"", "u.csv row 2 @28: REJECT broken_record"],
            "UTF-16, with the offsets of the source",
        ),
        (
            "w.jsonl",
            windows_1256("{\"text\":\"في المجلس والمدرسة\"}\n{\"n\":\"ما\"}"),
            vec!["w.jsonl line 1 @0: text=\"في المجلس والمدرسة\"", "w.jsonl line 2 @30: n=\"ما\""],
            "Windows-1256, known from the first line",
        ),
        (
            "w.csv",
            windows_1256("text,n\nفي المجلس والمدرسة,ما\n"),
            vec!["w.csv row 1 @7: text=\"في المجلس والمدرسة\" n=\"ما\""],
            "Windows-1256",
        ),
        (
            "b.jsonl",
            [b"{\"a\":\"".as_slice(), &[0xd8, 0xa7, 0xd8, 0xa7, 0xd8, b'x'], b"\"}\n{}\n"].concat(),
            vec!["b.jsonl line 1 @10: REJECT broken_encoding", "b.jsonl line 2 @15: "],
            "damaged UTF-8 is no other encoding",
        ),
    ] {
        assert_eq!(told(&read(name, &bytes)), expected, "{name}: {why}");
    }
}

#[test]
fn json_is_read_in_every_layout() {
    let wrapped = r#"{"n":1,"tags":[{"t":0}],"d":{"articles":[{"text":"x"},{"text":"y"}]},"more":[{"text":"z"}]}"#;
    let cut = r#"{"articles":[{"text":"x"},{"text":"#;
    let utf16_list = [vec![0xff, 0xfe], utf16("[{\"text\":\"ن\"},\n{\"text\":\"x\"}]")].concat();
    for (name, bytes, expected, why) in [
        ("a.json", b"{\"text\":\"x\"}\n".to_vec(), vec!["a.json: text=\"x\""], "one article is the whole file"),
        ("a.json", b"{\"t\":1}".to_vec(), vec!["a.json: t=1"], "what has no text is given, and rejected later"),
        (
            "a.json",
            b"{\"text\":\"x\"}\n{\"text\":\"y\"}\n".to_vec(),
            vec!["a.json line 1 @0: text=\"x\"", "a.json line 2 @13: text=\"y\""],
            "one a line",
        ),
        (
            "a.json",
            b"{\"text\":\n\"x\"}{\"text\":\"y\"}".to_vec(),
            vec!["a.json item 1 @0: text=\"x\"", "a.json item 2 @13: text=\"y\""],
            "one after the other",
        ),
        (
            "a.json",
            b"[{\"text\":\"x\"},\n 7, {\"text\":\"\\ud800\"}, [{}], {\"text\":\"y\"}]".to_vec(),
            vec![
                "a.json item 1 @1: text=\"x\"",
                "a.json item 2 @16: REJECT broken_record",
                "a.json item 3 @19: REJECT broken_record",
                "a.json item 4 @38: REJECT broken_record",
                "a.json item 5 @44: text=\"y\"",
            ],
            "a list: a faulty item costs no other",
        ),
        (
            "a.jsonl",
            b"[{\"text\":\"x\"}]".to_vec(),
            vec!["a.jsonl item 1 @1: text=\"x\""],
            "a list, although its name says lines",
        ),
        (
            "a.json",
            wrapped.into(),
            vec![
                "a.json: opened at articles",
                "a.json item 1 @41: text=\"x\"",
                "a.json item 2 @54: text=\"y\"",
                "a.json item 3 @77: text=\"z\"",
            ],
            "lists of articles inside an object, and another list",
        ),
        (
            "a.json",
            br#"{"text":"x","comments":[{"text":"y"}]}"#.to_vec(),
            vec![r#"a.json: text="x" comments=[{"text":"y"}]"#],
            "an article with a list of other texts",
        ),
        (
            "a.json",
            br#"{"k1":{"text":"x"},"k2":{"text":"y"}}"#.to_vec(),
            vec![r#"a.json item 1 @0: text="x" key="k1""#, r#"a.json item 2 @0: text="y" key="k2""#],
            "articles by their keys",
        ),
        (
            "a.json",
            cut.into(),
            vec!["a.json: opened at articles", "a.json item 1 @13: text=\"x\"", "a.json item 2 @26: REJECT broken_record"],
            "what is before a cut is read",
        ),
        (
            "a.json",
            b"[{\"text\":\"x\"}".to_vec(),
            vec!["a.json item 1 @1: text=\"x\"", "a.json: REJECT broken_record"],
            "a list that is not closed",
        ),
        ("a.json", b"text".to_vec(), vec!["a.json item 1 @0: REJECT broken_record"], "no JSON"),
        ("a.json", b" \n".to_vec(), vec![], "nothing"),
        (
            "a.json",
            utf16_list,
            vec!["a.json item 1 @4: text=\"ن\"", "a.json item 2 @32: text=\"x\""],
            "UTF-16, with the offsets of the source",
        ),
        (
            "a.json.gz",
            gzip(&[b"\xef\xbb\xbf\xef\xbb\xbf[".as_slice(), &windows_1256("{\"text\":\"في المجلس والمدرسة\"}]")].concat()),
            vec!["a.json.gz item 1 @7: text=\"في المجلس والمدرسة\""],
            "the bytes tell, whatever a mark says",
        ),
        (
            "a.json",
            windows_1256("[{\"text\":\"في المجلس والمدرسة\"}]"),
            vec!["a.json item 1 @1: text=\"في المجلس والمدرسة\""],
            "Windows-1256",
        ),
    ] {
        assert_eq!(told(&read(name, &bytes)), expected, "{}: {why}", String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn a_container_may_be_larger_than_a_record() {
    let long = format!("{{\"text\":\"{}\"}}", "x".repeat(300));
    let articles = format!("{{\"n\":1,\"articles\":[{}]}}", [long.as_str(); 9].join(","));
    let found = told(&read_with("a.json", articles.as_bytes(), 1000, &|_| Selection::Read));
    assert_eq!((found.len(), found[0].as_str()), (10, "a.json: opened at articles"));
    assert!(found[1..].iter().all(|record| record.contains(": text=")), "{found:?}");
    let list = format!("[{long},{{\"text\":\"{}\"}},{long}]", "x".repeat(2000));
    let found = told(&read_with("a.json", list.as_bytes(), 1000, &|_| Selection::Read));
    assert!(found.len() == 3 && found[1] == "a.json item 2 @313: REJECT too_large", "{found:?}");
}

#[test]
fn archives_are_read() {
    let jsonl = gzip(b"{\"a\":1}\n");
    let inner = zip(&[("./c/d.txt", b"inner"), ("e.csv", b"t\nx\n")]);
    let members: &[(&str, &[u8])] = &[
        ("b.txt", b"one"),
        ("j.jsonl.gz", &jsonl),
        ("in.zip", &inner),
        ("b.txt", b"two"),
        ("p.parquet", b"PAR1"),
        ("x.doc", b""),
    ];
    let of = |outer: &str| {
        vec![
            format!("{outer}!/b.txt: text one"),
            format!("{outer}!/j.jsonl.gz line 1 @0: a=1"),
            format!("{outer}!/in.zip!/c/d.txt: text inner"),
            format!("{outer}!/in.zip!/e.csv row 1 @2: t=\"x\""),
            format!("{outer}!/b.txt: REJECT duplicate_path"),
            format!("{outer}!/p.parquet: REJECT broken_table"),
            format!("{outer}!/x.doc: REJECT unsupported"),
        ]
    };
    let tar = tar(members);
    assert_eq!(told(&read("a.tar", &tar)), of("a.tar"));
    assert_eq!(told(&read("a.tgz", &gzip(&tar))), of("a.tgz"));
    assert_eq!(told(&read("a.tar.xz", &xz(&tar))), of("a.tar.xz"));
    assert_eq!(told(&read("a.tzst", &zstd(&tar))), of("a.tzst"));
    // The writer refuses two members of one name, so the second is given it in the bytes.
    let members: Vec<(&str, &[u8])> = members
        .iter()
        .enumerate()
        .map(|(index, (name, bytes))| if index == 3 { ("q.txt", *bytes) } else { (*name, *bytes) })
        .collect();
    let mut zip = zip(&members);
    for at in 0..zip.len() - 5 {
        if &zip[at..at + 5] == b"q.txt" {
            zip[at] = b'b';
        }
    }
    assert_eq!(told(&read("a.zip", &zip)), of("a.zip"));
}

#[test]
fn members_of_tar_archives_that_cannot_be_read_are_rejected_and_the_next_is_read() {
    let mut builder = ::tar::Builder::new(Vec::new());
    let mut add = |kind, name: &[u8], size: u64, bytes: &[u8]| {
        let mut header = ::tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(size);
        header.as_old_mut().name[..name.len()].copy_from_slice(name);
        header.set_cksum();
        builder.append(&header, bytes).expect("in memory");
    };
    add(::tar::EntryType::Directory, b"d", 0, b"");
    add(::tar::EntryType::Symlink, b"d/link.txt", 0, b"");
    add(::tar::EntryType::Link, b"d/hard.txt", 0, b"");
    add(::tar::EntryType::Fifo, b"d/pipe.txt", 0, b"");
    add(::tar::EntryType::Regular, b"d/\xff.txt", 1, b"x");
    add(::tar::EntryType::Regular, b"../up.txt", 1, b"x");
    add(::tar::EntryType::Regular, b"/abs.txt", 1, b"x");
    add(::tar::EntryType::Regular, b"long.txt", LIMIT + 1, &vec![b'a'; 1 + (1 << 16)]);
    add(::tar::EntryType::Regular, b"last.txt", 1, b"x");
    let found = read("a.tar", &builder.into_inner().expect("in memory"));
    let expected = [
        "a.tar!/d/link.txt: REJECT link",
        "a.tar!/d/hard.txt: REJECT link",
        "a.tar!/d/pipe.txt: REJECT special_file",
        "a.tar!/d/\u{fffd}.txt: REJECT path",
        "a.tar!/../up.txt: text x",
        "a.tar!//abs.txt: text x",
        "a.tar!/long.txt: REJECT too_large",
        "a.tar!/last.txt: text x",
    ];
    assert_eq!(told(&found), expected);
}

#[test]
fn members_of_zip_archives_that_cannot_be_read_are_rejected_and_the_next_is_read() {
    let mut writer = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
    let plain = SimpleFileOptions::default().compression_method(::zip::CompressionMethod::Stored);
    writer.add_directory("d/", plain).expect("in memory");
    writer.add_symlink("link.txt", "d", plain).expect("in memory");
    for (name, options) in [
        ("secret.txt", plain.with_deprecated_encryption(b"key").expect("a key")),
        ("broken.txt", plain),
        ("method.txt", plain),
        ("خبر.txt", plain.compression_method(::zip::CompressionMethod::Zstd)),
    ] {
        writer.start_file(name, options).expect("in memory");
        writer.write_all(b"content").expect("in memory");
    }
    let mut zip = writer.finish().expect("in memory").into_inner();
    let content = zip.windows(7).position(|window| window == b"content").expect("stored");
    zip[content] = b'k';
    // The compression of the fifth entry of the directory, method.txt, becomes bzip2.
    let entries: Vec<usize> = (0..zip.len() - 4).filter(|at| &zip[*at..*at + 4] == b"PK\x01\x02").collect();
    zip[entries[4] + 10] = 12;
    let expected = [
        "a.zip!/link.txt: REJECT link",
        "a.zip!/secret.txt: REJECT encrypted",
        "a.zip!/broken.txt: REJECT broken_archive",
        "a.zip!/method.txt: REJECT unsupported",
        "a.zip!/خبر.txt: text content",
    ];
    assert_eq!(told(&read("a.zip", &zip)), expected);
}

#[test]
fn the_caller_selects() {
    let zip = zip(&[("a.txt", b"x"), ("b.txt", b"x"), ("c.pdf", b"x"), ("d.pdf", b"x")]);
    let wanted = |path: &str| match path {
        "z.zip!/a.txt" => Selection::Read,
        "z.zip!/b.txt" | "z.zip!/c.pdf" => Selection::Skip,
        _ => Selection::NotWanted,
    };
    let found = told(&read_with("z.zip", &zip, LIMIT, &wanted));
    assert_eq!(found, ["z.zip!/a.txt: text x", "skipped", "skipped", "z.zip!/d.pdf: REJECT unsupported"]);
    assert_eq!(told(&read_with("b.txt", b"x", LIMIT, &wanted)), ["b.txt: REJECT unsupported"]);
}

#[test]
fn a_break_stops_at_once() {
    let settings = settings(LIMIT, &|_| Selection::Read);
    let tar = gzip(&tar(&[("a.jsonl", b"{}\n{}\n{}\n"), ("b.txt", b"x")]));
    let mut count = 0;
    let mut emit = |_| {
        count += 1;
        if count == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let end = read_source(Cursor::new(tar), "a.tgz", &settings, &mut emit);
    assert_eq!((end, count), (ControlFlow::Break(()), 2));
}

#[test]
fn records_above_the_limit_are_passed_over() {
    let long = "ا".repeat(600);
    let lines = format!("{{\"a\":1}}\n{{\"a\":\"{long}\"}}\n{{\"a\":2}}\n");
    let rows = format!("a,b\n1,2\n\"{long}\n\",3\n4,5\n");
    let lines_16 = [vec![0xff, 0xfe], utf16(&lines)].concat();
    let read = |name: &str, bytes: &[u8]| told(&read_with(name, bytes, 1000, &|_| Selection::Read));
    let expected = ["a.jsonl line 1 @0: a=1", "a.jsonl line 2 @8: REJECT too_large", "a.jsonl line 3 @1217: a=2"];
    assert_eq!(read("a.jsonl", lines.as_bytes()), expected);
    let expected = ["a.jsonl line 1 @2: a=1", "a.jsonl line 2 @18: REJECT too_large", "a.jsonl line 3 @1236: a=2"];
    assert_eq!(read("a.jsonl", &lines_16), expected, "offsets go on behind what was passed over");
    let expected =
        ["a.csv row 1 @4: a=\"1\" b=\"2\"", "a.csv row 2 @8: REJECT too_large", "a.csv row 3 @1214: a=\"4\" b=\"5\""];
    assert_eq!(read("a.csv", rows.as_bytes()), expected);
    assert_eq!(read("a.txt.gz", &gzip(long.as_bytes())), ["a.txt.gz: REJECT too_large"]);
    assert_eq!(read("a.txt", &vec![b'a'; 1000]).len(), 1);
    assert!(read("a.txt", &vec![b'a'; 1000])[0].contains("text"), "the limit itself is allowed");
    let wide = format!("a,b\n{}\n1,2\n", ",".repeat(40_000));
    let expected = ["a.csv row 1 @4: REJECT broken_record", "a.csv row 2 @40005: a=\"1\" b=\"2\""];
    assert_eq!(told(&super::read("a.csv", wide.as_bytes())), expected, "commas take no bytes of the limit, but fields do");
    let nested = zip(&[("b.txt", &[7; 1001])]);
    assert_eq!(read("n.zip.gz", &gzip(&nested)).len(), 1);
}

#[test]
fn nesting_has_a_bound() {
    let (mut name, mut bytes) = ("a.txt".to_owned(), b"x".to_vec());
    for _ in 0..8 {
        (name, bytes) = (format!("{name}.gz"), gzip(&bytes));
    }
    assert_eq!(told(&read(&name, &bytes)), [format!("{name}: text x")]);
    (name, bytes) = (format!("{name}.gz"), gzip(&bytes));
    assert_eq!(told(&read(&name, &bytes)), [format!("{name}: REJECT too_deep")]);
}

#[test]
fn ends_of_archives_are_checked() {
    let whole = tar(&[("a.txt", b"x")]);
    let unmarked = &whole[..whole.len() - 1024];
    let text = "a.tar!/a.txt: text x".to_owned();
    let broken = "a.tar: REJECT broken_archive".to_owned();
    assert_eq!(told(&read("a.tar", unmarked)), [text.clone(), broken.clone()], "no end mark");
    assert_eq!(told(&read("a.tar", &[&whole[..], &whole].concat())), [text, broken], "a second archive behind the first");
    for name in ["a.txt.gz", "a.txt.xz", "a.txt.zst"] {
        assert_eq!(told(&read(name, b"")), [format!("{name}: REJECT broken_compression")], "no data are no empty text");
    }
    let twice = [gzip(b"a"), gzip(b"b")].concat();
    assert_eq!(told(&read("a.txt.gz", &twice)), ["a.txt.gz: text ab"], "several members are one file");
    let twice = [xz(b"a"), xz(b"b")].concat();
    assert_eq!(told(&read("a.txt.xz", &twice)), ["a.txt.xz: text ab"]);
    let twice = [zstd(b"a"), zstd(b"b")].concat();
    assert_eq!(told(&read("a.txt.zst", &twice)), ["a.txt.zst: text ab"]);
}

#[test]
fn what_was_read_before_a_break_is_given() {
    let lines: Vec<String> = (0..4000).map(|n| format!("{{\"n\":{n},\"h\":{}}}", n * 7919 % 4001)).collect();
    let bytes = gzip(lines.join("\n").as_bytes());
    let found = told(&read("a.jsonl.gz", &bytes[..bytes.len() / 2]));
    assert!(found.len() > 1000, "{}", found.len());
    let (last, before) = found.split_last().expect("not empty");
    assert!(last.ends_with("REJECT broken_compression"), "{last}");
    assert!(before.iter().all(|line| !line.contains("REJECT")), "the line that was cut is no record");
}

#[test]
fn bombs_do_not_fill_memory() {
    let zeros = gzip(&gzip(&vec![0; 256 << 20]));
    assert_eq!(told(&read("a.txt.gz.gz", &zeros)), ["a.txt.gz.gz: REJECT too_large"]);
    assert_eq!(told(&read("a.jsonl.gz.gz", &zeros)), ["a.jsonl.gz.gz line 1 @0: REJECT too_large"]);
    assert_eq!(told(&read("a.csv.gz.gz", &zeros)), ["a.csv.gz.gz: REJECT broken_header"]);
    let mut header = ::tar::Header::new_gnu();
    header.set_entry_type(::tar::EntryType::GNULongName);
    header.set_size(1 << 40);
    header.set_cksum();
    let claims = [header.as_bytes().as_slice(), &[b'a'; 4096]].concat();
    assert_eq!(told(&read("a.tar", &claims)), ["a.tar: REJECT broken_archive"], "a name of a tebibyte");
}
