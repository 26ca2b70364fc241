//! What a caller names a card by, and the texts of a request.

use panveil::Error;
use panveil::card::spot::holds_card_number;
use panveil::protect::layout::{Layout, LayoutChoice};
use panveil::protect::{Token, TokenFormat};
use panveil::reveal::request::{Handle, RevealRequest};

use crate::digits::passes_luhn;

/// What is read writes itself the same, no card number is a handle, and no request keeps one.
pub fn handle(data: &[u8]) {
    let Ok(text) = core::str::from_utf8(data) else { return };
    let mut parts = text.splitn(7, '\n');
    let first = parts.next().unwrap_or_default();
    let record = parts.next();
    ids(first);
    match Handle::parse(first, record) {
        Ok(Handle::Token(token)) => assert_eq!(token.to_string(), first),
        Ok(Handle::Sealed(sealed, id)) => {
            assert_eq!(sealed.to_text(), first);
            assert_eq!(Some(id.as_str()), record);
        }
        Ok(_) => unreachable!("there are no other handles"),
        Err(error) => assert!(
            matches!(error, Error::NotAHandle | Error::IdFormat | Error::SealedVersion | Error::SealedSuite),
            "{error:?}"
        ),
    }
    let mut request = RevealRequest::new(first, record);
    let setters: [fn(RevealRequest, &str) -> RevealRequest; 5] = [
        RevealRequest::purpose,
        RevealRequest::case,
        RevealRequest::origin,
        RevealRequest::tenant,
        RevealRequest::field,
    ];
    for (set, part) in setters.into_iter().zip(parts) {
        request = set(request, part);
    }
    assert!(!holds_card_number(format!("{request:?}").as_bytes()), "a request keeps a card number");
}

fn ids(text: &str) {
    if let Ok(token) = text.parse::<Token>() {
        assert_eq!(token.to_string(), text);
        assert!(!passes_luhn(token.as_str().as_bytes()), "a token is no card number");
        assert!(!holds_card_number(text.as_bytes()), "a token is not taken for a card number");
        assert_eq!(Token::new(token.format(), token.as_str().as_bytes()), Ok(token));
    }
    if let Ok(format) = text.parse::<TokenFormat>() {
        assert_eq!(format.to_string(), text);
        assert!(format.version() >= 1);
    }
    if let Ok(choice) = text.parse::<LayoutChoice>() {
        assert_eq!(choice.to_string(), text);
    }
    if let Ok(layout) = text.parse::<Layout>() {
        assert_eq!(layout.to_string(), text);
    }
}
