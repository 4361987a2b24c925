//! The number of an account: eight digits and the two of its kind. It is never shown whole.
//!
//! What is in the account must never enter this room.

use crate::http::Secret;

/// An account at Korea Investment & Securities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AccountNumber {
    number: Secret,
    kind: String,
}

impl AccountNumber {
    /// Reads `12345678-01`, or the same without the dash.
    ///
    /// # Errors
    /// What is wrong with it, a sentence without a period that does not quote it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let digits = |part: &str, n: usize| part.len() == n && part.bytes().all(|byte| byte.is_ascii_digit());
        let parts = text.split_once('-').or_else(|| text.split_at_checked(8));
        let Some((number, kind)) = parts.filter(|(number, kind)| digits(number, 8) && digits(kind, 2)) else {
            return Err("the account is not written as eight digits, a dash and two digits".to_owned());
        };
        // 01 is a general account, 22 personal pension savings. 03 and 08 are for derivatives; 29, a retirement pension, is
        // read through other services, and whether it takes orders is not documented.
        match kind {
            "01" | "22" => Ok(Self { number: Secret::new(number), kind: kind.to_owned() }),
            _ => Err(format!(
                "an account of the kind {kind} cannot be used: only 01 and 22 hold ETFs and take orders here"
            )),
        }
    }

    /// The eight digits, as `CANO` in requests.
    pub(super) fn number(&self) -> &str {
        self.number.expose()
    }

    /// The two digits, as `ACNT_PRDT_CD` in requests.
    pub(super) fn kind(&self) -> &str {
        &self.kind
    }

    /// Both, for what is hashed.
    pub(super) fn whole(&self) -> String {
        format!("{}-{}", self.number(), self.kind)
    }

    /// A text without the number, should somebody have put it there.
    pub(super) fn hidden(&self, text: &str) -> String {
        text.replace(self.number(), &format!("******{}", self.number().get(6..).unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_read_and_never_shown_whole() {
        let account = AccountNumber::parse("12345678-01").unwrap();
        assert_eq!(Ok(account.clone()), AccountNumber::parse("1234567801"));
        assert_eq!((account.number(), account.kind(), account.whole().as_str()), ("12345678", "01", "12345678-01"));
        assert_eq!(account.hidden("no account 12345678 01"), "no account ******78 01");
        assert!(!format!("{account:?}").contains("12345678"));
        for bad in
            ["", "12345678", "1234567-01", "12345678-1", "12345678-0a", "１２３４５６７８-01", "12345678-011", "-"]
        {
            let error = AccountNumber::parse(bad).unwrap_err();
            assert!(bad.len() < 5 || !error.contains(bad), "{error}");
        }
        for kind in ["03", "08", "29", "99"] {
            assert!(AccountNumber::parse(&format!("12345678-{kind}")).unwrap_err().contains(kind));
        }
    }
}
