//! Tests of the parser of the benchmarks' traffic generator.

#[path = "../../../benches/traffic/response.rs"]
mod response;

use response::{Answer, Parser};

/// Response with a body of five bytes in two chunks, and a trailer.
const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
    2;name=value\r\nab\r\n3\r\ncde\r\n0\r\nServer-Timing: x\r\n\r\n";

/// Responses with status and length of the body.
const ANSWERS: [(&str, u16, u64); 6] = [
    ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde", 200, 5),
    ("HTTP/1.1 200 OK\r\ncontent-length:0\r\n\r\n", 200, 0),
    (
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
        304,
        0,
    ),
    ("HTTP/1.1 204 No Content\r\n\r\n", 204, 0),
    (CHUNKED, 200, 5),
    (
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        200,
        0,
    ),
];

#[test]
fn a_response_is_complete_at_its_last_byte_in_pieces_of_any_size() {
    let mut parser = Parser::default();
    for (text, status, body_bytes) in ANSWERS {
        for size in 1..=text.len() {
            let mut pieces = text.as_bytes().chunks(size);
            let last = pieces.next_back().unwrap();
            for piece in pieces {
                assert!(parser.advance(piece).unwrap().is_none(), "{text}");
            }
            let answer = parser.advance(last).unwrap().expect(text);
            assert_eq!((answer.status, answer.body_bytes), (status, body_bytes));
        }
    }
}

#[test]
fn connection_close_is_recognized() {
    let parse = |header| {
        let text = format!("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: {header}\r\n\r\n");
        let answer: Option<Answer> = Parser::default().advance(text.as_bytes()).unwrap();
        answer.expect("it is whole").closes
    };
    assert!(parse("close"));
    assert!(!parse("keep-alive"));
}

#[test]
fn anything_but_one_response_is_malformed() {
    for text in [
        "no HTTP at all\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\nuntil the end",
        "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    ] {
        assert!(
            Parser::default().advance(text.as_bytes()).is_err(),
            "{text}"
        );
    }
}
