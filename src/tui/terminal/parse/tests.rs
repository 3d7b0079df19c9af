//! What bytes mean, as a table, and that pieces mean the same.
//! Must not read from a terminal.

use crossterm::event::KeyModifiers as Mods;
use proptest::prelude::*;

use super::*;

fn read(bytes: &[u8]) -> Vec<Input> {
    let (mut parser, mut found) = (Parser::default(), Vec::new());
    parser.feed(bytes, &mut found);
    parser.settle(&mut found);
    found
}

fn one(code: KeyCode, modifiers: Mods) -> Vec<Input> {
    vec![key(code, modifiers)]
}

fn mouse(kind: MouseEventKind, column: u16, row: u16, modifiers: Mods) -> Vec<Input> {
    vec![Input::Event(Event::Mouse(MouseEvent {
        kind,
        column,
        row,
        modifiers,
    }))]
}

#[test]
fn keys_are_what_terminals_send_for_them() {
    let (none, shift, alt, control) = (Mods::NONE, Mods::SHIFT, Mods::ALT, Mods::CONTROL);
    let letter = KeyCode::Char;
    let cases: &[(&[u8], KeyCode, Mods)] = &[
        (b"a", letter('a'), none),
        (b"A", letter('A'), shift),
        (b"?", letter('?'), none),
        ("é".as_bytes(), letter('é'), none),
        ("漢".as_bytes(), letter('漢'), none),
        (b"\r", KeyCode::Enter, none),
        (b"\n", letter('j'), control),
        (b"\t", KeyCode::Tab, none),
        (b"\x7f", KeyCode::Backspace, none),
        (b"\x08", letter('h'), control),
        (b"\x00", letter(' '), control),
        (b"\x03", letter('c'), control),
        (b"\x0c", letter('l'), control),
        (b"\x1c", letter('4'), control),
        (b"\x1f", letter('7'), control),
        (b"\x1b", KeyCode::Esc, none),
        (b"\x1bx", letter('x'), alt),
        (b"\x1bX", letter('X'), alt | shift),
        (b"\x1b\r", KeyCode::Enter, alt),
        (b"\x1b\x03", letter('c'), alt | control),
        (b"\x1b[", letter('['), alt),
        (b"\x1b]", letter(']'), alt),
        (b"\x1bO", letter('O'), alt | shift),
        (b"\x1b[A", KeyCode::Up, none),
        (b"\x1bOA", KeyCode::Up, none),
        (b"\x1b[1;5C", KeyCode::Right, control),
        (b"\x1b[1;2D", KeyCode::Left, shift),
        (b"\x1b[H", KeyCode::Home, none),
        (b"\x1bOF", KeyCode::End, none),
        (b"\x1b[1~", KeyCode::Home, none),
        (b"\x1b[2~", KeyCode::Insert, none),
        (b"\x1b[3;5~", KeyCode::Delete, control),
        (b"\x1b[5~", KeyCode::PageUp, none),
        (b"\x1b[6~", KeyCode::PageDown, none),
        (b"\x1b[Z", KeyCode::BackTab, shift),
        (b"\x1bOP", KeyCode::F(1), none),
        (b"\x1bOR", KeyCode::F(3), none),
        (b"\x1b[[A", KeyCode::F(1), none),
        (b"\x1b[[E", KeyCode::F(5), none),
        (b"\x1b[11~", KeyCode::F(1), none),
        (b"\x1b[15~", KeyCode::F(5), none),
        (b"\x1b[17~", KeyCode::F(6), none),
        (b"\x1b[20~", KeyCode::F(9), none),
        (b"\x1b[24~", KeyCode::F(12), none),
        (b"\x1b[24;2~", KeyCode::F(12), shift),
        (b"\x1b[1;2P", KeyCode::F(1), shift),
        (b"\x1b[1;5R", KeyCode::F(3), control),
        (b"\x1b[97u", letter('a'), none),
        (b"\x1b[97;5u", letter('a'), control),
        (b"\x1b[27u", KeyCode::Esc, none),
        (b"\x1b[13;2u", KeyCode::Enter, shift),
        (b"\x1b[9;2u", KeyCode::BackTab, shift),
        (b"\x1b[27;5;107~", letter('k'), control),
    ];
    for (bytes, code, modifiers) in cases {
        let text = String::from_utf8_lossy(bytes).into_owned();
        assert_eq!(read(bytes), one(*code, *modifiers), "{text:?}");
    }
}

#[test]
fn keys_of_the_newer_protocol_go_down_and_up() {
    let expected = |kind| vec![event(KeyCode::Char('x'), Mods::NONE, kind)];
    assert_eq!(read(b"\x1b[120;1:1u"), expected(KeyEventKind::Press));
    assert_eq!(read(b"\x1b[120;1:2u"), expected(KeyEventKind::Repeat));
    assert_eq!(read(b"\x1b[120;1:3u"), expected(KeyEventKind::Release));
}

#[test]
fn the_mouse_is_told_in_two_ways() {
    use MouseEventKind::{Down, Drag, Moved, ScrollDown, ScrollUp, Up};
    let left = MouseButton::Left;
    let cases: &[(&[u8], MouseEventKind, u16, u16, Mods)] = &[
        (b"\x1b[<0;5;3M", Down(left), 4, 2, Mods::NONE),
        (b"\x1b[<0;5;3m", Up(left), 4, 2, Mods::NONE),
        (b"\x1b[<32;6;3M", Drag(left), 5, 2, Mods::NONE),
        (b"\x1b[<64;300;90M", ScrollUp, 299, 89, Mods::NONE),
        (b"\x1b[<65;1;1M", ScrollDown, 0, 0, Mods::NONE),
        (b"\x1b[<16;1;1M", Down(left), 0, 0, Mods::CONTROL),
        (b"\x1b[<35;2;2M", Moved, 1, 1, Mods::NONE),
        (b"\x1b[M !!", Down(left), 0, 0, Mods::NONE),
        (b"\x1b[M#\"#", Up(left), 1, 2, Mods::NONE),
    ];
    for (bytes, kind, column, row, modifiers) in cases {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let expected = mouse(*kind, *column, *row, *modifiers);
        assert_eq!(read(bytes), expected, "{text:?}");
    }
    assert_eq!(read(b"\x1b[<0;0;0Mq"), one(KeyCode::Char('q'), Mods::NONE));
}

#[test]
fn an_answer_is_never_a_key() {
    let answers: [&[u8]; 16] = [
        b"\x1b[?62;22c",
        b"\x1b[>1;10;0c",
        b"\x1b[24;80R",
        b"\x1b[?1u",
        b"\x1b[?2026;2$y",
        b"\x1b[8;36;120t",
        b"\x1b[3n",
        b"\x1b]11;rgb:1e1e/1e1e/1e1e\x07",
        b"\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\",
        b"\x1b]52;c;YnV5IGV2ZXJ5dGhpbmc=\x07",
        b"\x1bP>|xterm(380)\x1b\\",
        b"\x1bP1$r0m\x1b\\",
        b"\x1b_Gi=31;OK\x1b\\",
        b"\x1b[57358u",
        b"\x1b[99~",
        b"\xff\xfe\x80",
    ];
    for answer in answers {
        let text = String::from_utf8_lossy(answer).into_owned();
        assert_eq!(read(answer), [], "{text:?}");
        // And the key behind it is not swallowed.
        let with = [answer, b"q"].concat();
        assert_eq!(read(&with), one(KeyCode::Char('q'), Mods::NONE), "{text:?}");
    }
    assert_eq!(read(b"\x1b[0n"), [Input::Well]);
    assert_eq!(read(b"\x1b[I"), [Input::Event(Event::FocusGained)]);
    assert_eq!(read(b"\x1b[O"), [Input::Event(Event::FocusLost)]);
}

#[test]
fn a_message_that_is_cut_off_swallows_nothing_for_long() {
    let (mut parser, mut found) = (Parser::default(), Vec::new());
    parser.feed(b"\x1b]52;c;abc", &mut found);
    parser.settle(&mut found);
    assert!(parser.is_waiting() && found.is_empty());
    parser.give_up();
    parser.feed(b"x", &mut found);
    assert_eq!(found, one(KeyCode::Char('x'), Mods::NONE));
    // Cut off by the key that means to end the program.
    let kill = one(KeyCode::F(12), Mods::NONE);
    assert_eq!(read(b"\x1b]11;rgb:\x1b[24~"), kill);
    assert_eq!(read(b"\x1b[1;\x03"), one(KeyCode::Char('c'), Mods::CONTROL));
    let mut endless = b"\x1b]".to_vec();
    endless.resize(MESSAGE_MAX + 10, b'a');
    found.clear();
    parser.feed(&endless, &mut found);
    parser.feed(b"x", &mut found);
    assert_eq!(found, one(KeyCode::Char('x'), Mods::NONE));
}

#[test]
fn pasted_text_is_one_piece_and_no_keys() {
    let paste = |text: &str| Input::Event(Event::Paste(text.to_owned()));
    let expected = [
        paste("buy 10\r\x1b[24~x"),
        key(KeyCode::Char('q'), Mods::NONE),
    ];
    let bytes = b"\x1b[200~buy 10\r\x1b[24~x\x1b[201~q";
    assert_eq!(read(bytes), expected);
    assert_eq!(read(b"\x1b[200~\x1b[201~"), [paste("")]);
    assert_eq!(read("\x1b[200~漢é\x1b[201~".as_bytes()), [paste("漢é")]);
}

const PIECES: [&[u8]; 12] = [
    b"a",
    b"Z",
    "漢".as_bytes(),
    b"\x03",
    b"\x1b[A",
    b"\x1b[1;5C",
    b"\x1bOP",
    b"\x1b[24~",
    b"\x1b[<0;5;3M",
    b"\x1b[0n",
    b"\x1b]11;rgb:1e/1e/1e\x07",
    b"\x1b[200~pasted \x1b[5~ text\x1b[201~",
];

proptest! {
    #[test]
    fn however_bytes_are_cut_they_mean_the_same(
        pieces in proptest::collection::vec(0..PIECES.len(), 1..12),
        cuts in proptest::collection::vec(1_usize..9, 1..60),
    ) {
        let bytes: Vec<u8> = pieces.iter().flat_map(|piece| PIECES[*piece]).copied().collect();
        let mut parser = Parser::default();
        let (mut found, mut rest) = (Vec::new(), bytes.as_slice());
        for cut in cuts.iter().cycle() {
            let (now, later) = rest.split_at((*cut).min(rest.len()));
            parser.feed(now, &mut found);
            rest = later;
            if rest.is_empty() {
                break;
            }
        }
        prop_assert_eq!(found, read(&bytes));
    }

    #[test]
    fn whatever_comes_the_next_key_is_heard(
        noise in proptest::collection::vec(any::<u8>(), 0..64),
    ) {
        let (mut parser, mut found) = (Parser::default(), Vec::new());
        parser.feed(&noise, &mut found);
        parser.settle(&mut found);
        parser.give_up();
        found.clear();
        parser.feed(b"q", &mut found);
        prop_assert_eq!(found, one(KeyCode::Char('q'), Mods::NONE));
    }
}
