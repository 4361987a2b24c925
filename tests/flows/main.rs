//! Deposits and withdrawals over random accounts: what a plan must hold whatever is in them.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a panic is how a test says no")]

use proptest::prelude::*;
use rebalance::calendar::Calendar;
use rebalance::config::Config;
use rebalance::document;
use rebalance::executed::Executed;
use rebalance::holdings::{Holdings, HoldingsFile};
use rebalance::money::Money;
use rebalance::plan::costs::Tariff;
use rebalance::plan::{Ask, Draft, Flow, Inputs, PlanError};
use rebalance::rules::facts::code_sites;
use rebalance::rules::{self, Facts, Sound};
use rebalance::schema;

/// An account of a few assets.
#[derive(Debug, Clone)]
struct Account {
    assets: Vec<Asset>,
    cash: i64,
    /// What is said of cash in the config, and how much of it came from dividends.
    kept: (&'static str, i64),
    reserve: i64,
    min_trade: i64,
    /// The tax class of taxed assets: `kr_other` by each sale, `overseas` by the year.
    class: &'static str,
}

#[derive(Debug, Clone)]
struct Asset {
    /// Its part of the whole before the parts are made to add up.
    part: u32,
    price: i64,
    held: i64,
    lot: i64,
    /// What the shares cost: two purchases, in percent of the price.
    bought: (i64, i64),
    taxed: bool,
}

fn asset() -> impl Strategy<Value = Asset> {
    (
        1_u32..50,
        500_i64..90_000,
        0_i64..300,
        prop::sample::select(vec![1_i64, 1, 1, 5]),
        (40_i64..160, 40_i64..160),
        any::<bool>(),
    )
        .prop_map(|(part, price, held, lot, bought, taxed)| Asset { part, price, held, lot, bought, taxed })
}

fn account() -> impl Strategy<Value = Account> {
    let assets = prop::collection::vec(asset(), 1..7);
    let reserve = prop::sample::select(vec![0_i64, 0, 50_000, 300_000]);
    let kept = ["", "", "policy: exclude", "dividends: exclude", "dividends: exclude, deploy: true", "deploy: true"];
    let cash = (0_i64..800_000, 0_i64..=100, prop::sample::select(kept.to_vec()));
    let min_trade = prop::sample::select(vec![0_i64, 30_000, 100_000]);
    (assets, cash, reserve, min_trade).prop_map(|(assets, (cash, part, kept), reserve, min_trade)| Account {
        assets,
        cash,
        kept: (kept, cash * part / 100),
        reserve,
        min_trade,
        class: "kr_other",
    })
}

impl Account {
    fn config(&self) -> String {
        let whole: u32 = self.assets.iter().map(|asset| asset.part).sum();
        let mut left = 1000;
        let mut text = String::new();
        for (i, asset) in self.assets.iter().enumerate() {
            let target = if i + 1 == self.assets.len() { left } else { asset.part * 1000 / whole };
            left -= target;
            let (min, max) = (target.saturating_sub(100), (target + 100).min(1000));
            let edge = |edge: u32| format!("{}.{:03}", edge / 1000, edge % 1000);
            text += &format!(
                "        - {{ ticker: 'A{i}', code: '{i:06}', target: {}, min: {}, max: {}, lot_size: {}, tax_class: '{}' }}\n",
                edge(target),
                edge(min),
                edge(max),
                asset.lot,
                if asset.taxed { self.class } else { "kr_equity" }
            );
        }
        format!(
            "portfolio:\n  name: 'x'\n  base_currency: 'KRW'\n  allocation:\n    all:\n      weight: 1\n      assets:\n{text}  \
             rebalancing:\n    strategy: 'threshold'\n    drift_trigger: {{ threshold: 0.05 }}\n    \
             constraints: {{ min_trade_amount: {}, cash_reserve: {} }}\n  \
             costs: {{ etf_commission_rate: 0.00015, slippage_estimate: 0.001, overseas_etf_tax_rate: 0.22 }}\n  cash: {{ {} }}\n",
            self.min_trade, self.reserve, self.kept.0
        )
    }

    fn holdings(&self) -> String {
        let mut text = format!(
            "as_of: 2026-03-04\ncash: {{ KRW: {} }}\ndividends: {{ KRW: {} }}\npositions:\n",
            self.cash, self.kept.1
        );
        for (i, asset) in self.assets.iter().enumerate() {
            let (first, price) = (asset.held / 2, asset.price);
            text += &format!("  - code: '{i:06}'\n    quantity: {}\n    price: {price}\n    lots:\n", asset.held);
            for (date, quantity, cost) in
                [("2024-01-02", first, asset.bought.0), ("2025-01-02", asset.held - first, asset.bought.1)]
            {
                let cost = price * cost / 100;
                text += &format!("      - {{ date: {date}, quantity: {quantity}, cost: {cost} }}\n");
            }
        }
        text
    }

    fn sound(&self) -> Sound {
        let text = self.config();
        let reading = document::read(text.as_bytes());
        let (config, misread) = Config::of(&reading);
        let issues = schema::check(&schema::CONFIG, &reading, &misread);
        let codes = code_sites(&config);
        let facts = Facts { codes: &codes, ..Facts::of_file("config.yaml", &reading, &issues, &config) };
        let (sound, findings) = rules::judge(&facts, &rules::policies(&[]).0);
        sound.unwrap_or_else(|| panic!("{findings:#?}\n{text}"))
    }

    fn held(&self) -> Holdings {
        let reading = document::read(self.holdings().as_bytes());
        Holdings::of(&HoldingsFile::of(&reading).0).unwrap()
    }

    /// Makes the plan of a flow and looks at it.
    fn plan<T>(&self, flow: Flow, look: impl FnOnce(Result<&Draft<'_>, PlanError>) -> T) -> T {
        let (sound, holdings) = (self.sound(), self.held());
        let calendar = Calendar::of(sound.portfolio().calendar).unwrap();
        let ask = Ask { flow: Some(flow), ..Ask::default() };
        let (executed, as_of) = (Executed::default(), holdings.as_of);
        let dividends = rebalance::ex_dividend::Dividends::default();
        let fx = rebalance::fx::Fx::default();
        let draft = Draft::make(Inputs {
            dividends: &dividends,
            fx: &fx,
            sound: &sound,
            holdings: &holdings,
            calendar: &calendar,
            as_of,
            executed: &executed,
            ask: &ask,
        });
        match draft {
            Ok(draft) => look(Ok(&draft)),
            Err(error) => look(Err(error)),
        }
    }
}

fn won(amount: i64) -> Money {
    Money::new(amount.into())
}

/// What holds of every plan with a flow: money is neither made nor lost, orders are as large as they must be.
fn sound_sums(account: &Account, draft: &Draft<'_>) {
    let (sold, bought) = draft.traded();
    let costs = draft.costs().total().unwrap();
    let before: i128 = draft.books.lines.iter().map(|line| line.value).sum::<i128>() + draft.books.cash;
    let after: i128 = draft.books.lines.iter().zip(&draft.shares).map(|(line, shares)| line.price * shares).sum();
    assert_eq!(before + draft.flow(), after + draft.cash_after + costs);
    assert_eq!(draft.cash_after, draft.books.cash + draft.flow() + sold - bought - costs);
    for order in &draft.orders {
        let line = &draft.books.lines[order.line];
        let lot = i128::from(account.assets[order.line].lot);
        let exit = order.shares == -line.held;
        assert!(exit || (order.amount >= i128::from(account.min_trade) && order.shares % lot == 0), "{order:?}");
    }
}

/// What a sale brings, costs and taxes paid.
fn brings(draft: &Draft<'_>, line: usize, shares: i128) -> i128 {
    if shares == 0 {
        return 0;
    }
    let books = &draft.books;
    let (asset, portfolio) = (draft.asset(&books.lines[line]).unwrap(), draft.portfolio());
    let lots = draft.inputs.holdings.positions[&books.lines[line].code].lots.as_deref();
    let line = &books.lines[line];
    let tariff = Tariff::of(asset, &portfolio.costs, portfolio.currency, line, books, lots).unwrap();
    line.price * shares - tariff.costs(-shares).unwrap().total().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_deposit_only_buys_and_spends_no_more_than_there_is(account in account(), amount in 1_i64..3_000_000) {
        account.plan(Flow::Deposit(won(amount)), |draft| {
            let draft = draft.unwrap();
            sound_sums(&account, draft);
            assert!(draft.orders.iter().all(|order| order.shares > 0), "{:?}", draft.orders);
            let there = i128::from(account.cash + amount);
            assert!(draft.cash_after >= there.min(draft.reserve()));
            // No lot more of anything that is below its target could have been paid and come closer.
            let total = draft.books.total + i128::from(amount);
            for (i, line) in draft.books.lines.iter().enumerate() {
                let asset = draft.asset(line).unwrap();
                let lot = i128::from(account.assets[i].lot);
                let paid = line.price * lot * 10_015 / 10_000 + 3;
                let target = asset.target.decimal() * rust_decimal::Decimal::from_i128_with_scale(total, 0);
                let reached = rust_decimal::Decimal::from_i128_with_scale((draft.shares[i] + lot) * line.price, 0);
                let more = draft.shares[i] > line.held || line.price * lot >= i128::from(account.min_trade);
                let spare = draft.cash_after - draft.reserve();
                let whole = draft.sizing.as_ref().is_some_and(|sizing| sizing.outside == 0);
                assert!(!(whole && more && paid <= spare && reached <= target), "{line:?} {:?}", draft.shares);
            }
        });
    }

    #[test]
    fn a_withdrawal_only_sells_covers_itself_and_is_tight(account in account(), amount in 1_i64..6_000_000) {
        account.plan(Flow::Withdrawal(won(amount)), |draft| {
            let draft = match draft {
                Ok(draft) => draft,
                Err(PlanError::Withdrawal { most, .. }) => {
                    assert!(most < won(amount));
                    return;
                }
                Err(PlanError::Books(_)) => return assert!(account.assets.iter().all(|asset| asset.held == 0)),
                Err(error) => panic!("{error:?}"),
            };
            sound_sums(&account, draft);
            assert!(draft.orders.iter().all(|order| order.shares < 0), "{:?}", draft.orders);
            let reserve = draft.reserve();
            assert!(reserve >= i128::from(account.reserve) && draft.cash_after >= reserve);
            for order in &draft.orders {
                let lot = i128::from(account.assets[order.line].lot);
                let price = draft.books.lines[order.line].price;
                let smaller = (-order.shares - 1).div_euclid(lot) * lot;
                let smaller = if price * smaller >= i128::from(account.min_trade) { smaller } else { 0 };
                let less = brings(draft, order.line, -order.shares) - brings(draft, order.line, smaller);
                assert!(draft.cash_after - less < reserve, "{order:?} could be {smaller}: {} left", draft.cash_after);
            }
        });
    }

    #[test]
    fn the_most_that_can_be_withdrawn_can_be(
        account in account(),
        class in prop::sample::select(vec!["kr_other", "overseas"]),
    ) {
        let account = Account { class, ..account };
        let all = account.plan(Flow::Withdrawal(won(900_000_000)), |draft| match draft {
            Err(PlanError::Withdrawal { most, .. }) => Some(most),
            Err(PlanError::Books(_)) => None,
            other => panic!("{other:?}"),
        });
        let Some(most) = all.filter(|most| *most > Money::ZERO) else { return Ok(()) };
        account.plan(Flow::Withdrawal(most), |draft| sound_sums(&account, draft.unwrap()));
        let more = most.plus(won(1)).unwrap();
        account.plan(Flow::Withdrawal(more), |draft| {
            assert_eq!(draft.err(), Some(PlanError::Withdrawal { most, currency: None, left_alone: false }));
        });
    }
}
