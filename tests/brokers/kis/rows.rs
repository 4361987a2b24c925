//! What the simulator lists: positions, orders, prices, days.

use super::{BRANCH, Done, Kis, Lists, account, padded};
use crate::ledger::{By, Order, Position, Side, Status};
use crate::wire::Request;
use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

/// The number of the order before the first.
const FIRST: u64 = 85_099;
/// The number of the cancellation before the first.
const CANCELS: usize = 700_000;

/// The number of an order.
pub(super) fn number(order: u64) -> String {
    format!("{:010}", order + FIRST)
}

/// The order of a number.
pub(super) fn order_of(number: &str) -> u64 {
    number.parse::<u64>().unwrap_or_default().saturating_sub(FIRST)
}

/// The number of a cancellation.
pub(super) fn cancellation(nth: usize) -> String {
    format!("{:010}", nth + CANCELS)
}

/// Parameters that must be there, and the account.
fn asked(request: &Request, names: &[&str]) -> Result<(), (&'static str, &'static str, String)> {
    account(&|name| request.parameter(name).map(str::to_owned))?;
    let missing = names.iter().find(|name| request.parameter(name).is_none());
    missing.map_or(Ok(()), |name| Err(("2", "OPSQ2001", format!("ERROR : INPUT FIELD NOT FOUND [{name}]"))))
}

impl Kis {
    /// A page of a list.
    fn paged(&mut self, request: &Request, name: &str, rows: Vec<Value>) -> Done {
        asked(request, &["CTX_AREA_FK100", "CTX_AREA_NK100"])?;
        let from = request.parameter("CTX_AREA_NK100").unwrap_or_default().trim();
        assert_eq!(request.header("tr_cont") == "N", !from.is_empty(), "the header and the key do not agree");
        let from: usize = from.trim_start_matches("K!^").parse().unwrap_or_default();
        if let Lists::Changed(times) = self.lists
            && from > 0
            && times > 0
        {
            self.lists = Lists::Changed(times - 1);
            return Err(("7", "SYDB0050", "조회이후에 자료가 변경되었습니다.(다시 조회하세요)".into()));
        }
        let to = from + self.page;
        let more = to < rows.len();
        let next = match self.lists {
            _ if !more => String::new(),
            Lists::SameKey => "K!^0".to_owned(),
            Lists::NoKey => String::new(),
            _ => format!("K!^{to}"),
        };
        let page: Vec<Value> = rows.into_iter().skip(from).take(self.page).collect();
        let said = json!({
            "ctx_area_fk100": padded("81201280!^01!^", 100),
            "ctx_area_nk100": padded(&next, 100),
            name: page,
        });
        Ok((said, Some(more)))
    }

    pub(super) fn balance(&mut self, request: &Request) -> Done {
        asked(request, &["AFHR_FLPR_YN", "OFL_YN", "INQR_DVSN", "UNPR_DVSN", "PRCS_DVSN"])?;
        let rows: Vec<Value> = self.ledger.positions.iter().map(|(code, held)| self.position(code, held)).collect();
        let worth = |(code, held): (&String, &Position)| held.quantity * self.ledger.prices[code];
        let worth: Decimal = self.ledger.positions.iter().map(worth).sum();
        let cash = self.ledger.cash;
        let sums = json!({
            // Today's deposit does not know of today's trades.
            "dnca_tot_amt": "77",
            "nxdy_excc_amt": "88",
            "prvs_rcdl_excc_amt": cash.to_string(),
            "cma_evlu_amt": "0", "bfdy_buy_amt": "0", "thdt_buy_amt": "0", "nxdy_auto_rdpt_amt": "0",
            "bfdy_sll_amt": "0", "thdt_sll_amt": "0", "d2_auto_rdpt_amt": "0", "bfdy_tlex_amt": "0",
            "thdt_tlex_amt": "0", "tot_loan_amt": self.loans.to_string(),
            "scts_evlu_amt": worth.to_string(),
            "tot_evlu_amt": (worth + cash).to_string(),
            "nass_amt": (worth + cash).to_string(),
            "fncg_gld_auto_rdpt_yn": "", "pchs_amt_smtl_amt": worth.to_string(),
            "evlu_amt_smtl_amt": worth.to_string(), "evlu_pfls_smtl_amt": "0", "tot_stln_slng_chgs": "0",
            "bfdy_tot_asst_evlu_amt": "0", "asst_icdc_amt": "0", "asst_icdc_erng_rt": "0.00000000",
        });
        let (mut said, more) = self.paged(request, "output1", rows)?;
        said["output2"] = json!([sums]);
        Ok((said, more))
    }

    fn position(&self, code: &str, held: &Position) -> Value {
        let price = self.ledger.prices[code];
        let mean = if held.quantity.is_zero() { Decimal::ZERO } else { (held.cost / held.quantity).round_dp(4) };
        json!({
            "pdno": code, "prdt_name": format!("ETF {code}"), "trad_dvsn_name": "현금",
            "bfdy_buy_qty": "0", "bfdy_sll_qty": "0",
            "thdt_buyqty": held.bought.to_string(), "thdt_sll_qty": held.sold.to_string(),
            "hldg_qty": held.quantity.to_string(), "ord_psbl_qty": self.ledger.free_shares(code).to_string(),
            "pchs_avg_pric": format!("{mean:.4}"), "pchs_amt": held.cost.round().to_string(),
            "prpr": price.to_string(), "evlu_amt": (price * held.quantity).to_string(), "evlu_pfls_amt": "0",
            "evlu_pfls_rt": "0.00", "evlu_erng_rt": "0.00000000", "loan_dt": "", "loan_amt": "0",
            "stln_slng_chgs": "0", "expd_dt": "", "fltt_rt": "1.94489465", "bfdy_cprs_icdc": "60",
            "item_mgna_rt_name": "30%", "grta_rt_name": "45%", "sbst_pric": "2340", "stck_loan_unpr": "0.0000",
        })
    }

    pub(super) fn orderable(&mut self, request: &Request) -> Done {
        asked(request, &["PDNO", "ORD_UNPR", "ORD_DVSN", "CMA_EVLU_AMT_ICLD_YN", "OVRS_ICLD_YN"])?;
        let code = request.parameter("PDNO").unwrap_or_default();
        let price = request.parameter("ORD_UNPR").and_then(|price| price.parse::<Decimal>().ok());
        let price = price.filter(|price| !price.is_zero()).or_else(|| self.ledger.prices.get(code).copied());
        let price = price.unwrap_or(Decimal::ONE);
        let cash = self.ledger.free_cash();
        let shares = (cash / (price * (Decimal::ONE + self.ledger.commission))).floor();
        let output = json!({
            "ord_psbl_cash": cash.to_string(), "ord_psbl_sbst": "0", "ruse_psbl_amt": "0", "fund_rpch_chgs": "0",
            "psbl_qty_calc_unpr": price.to_string(), "nrcvb_buy_amt": (shares * price).to_string(),
            "nrcvb_buy_qty": shares.to_string(),
            // With what would have to be paid later.
            "max_buy_amt": (cash * Decimal::from(2)).to_string(), "max_buy_qty": (shares * Decimal::from(2)).to_string(),
            "cma_evlu_amt": "0", "ovrs_re_use_amt_wcrc": "0", "ord_psbl_frcr_amt_wcrc": "0",
        });
        Ok((json!({ "output": output }), None))
    }

    pub(super) fn sellable(&mut self, request: &Request) -> Done {
        asked(request, &["PDNO"])?;
        let code = request.parameter("PDNO").unwrap_or_default();
        let output = json!({ "pdno": code, "ord_psbl_qty": self.ledger.free_shares(code).to_string() });
        Ok((json!({ if self.otherwise { "output1" } else { "output" }: output }), None))
    }

    pub(super) fn price(&mut self, request: &Request) -> Done {
        let code = request.parameter("FID_INPUT_ISCD").unwrap_or_default();
        let Some(price) = self.ledger.prices.get(code).copied() else {
            return Ok((json!({ "output": { "stck_prpr": "0", "stck_mxpr": "0", "stck_llam": "0" } }), None));
        };
        let tick = if price < Decimal::from(2000) { Decimal::ONE } else { Decimal::from(5) };
        let part = |tenths: i64| (price * Decimal::new(tenths, 1) / tick).floor() * tick;
        let halted = self.halted.contains(code);
        let output = json!({
            "iscd_stat_cls_code": if halted { "58" } else { "55" }, "rprs_mrkt_kor_name": "KOSPI200",
            "stck_prpr": price.to_string(), "stck_sdpr": price.to_string(), "stck_mxpr": part(13).to_string(),
            "stck_llam": part(7).to_string(), "aspr_unit": tick.to_string(), "hts_deal_qty_unit_val": "1",
            "temp_stop_yn": if halted { "Y" } else { "N" }, "sltr_yn": "N", "mang_issu_cls_code": "N",
            "stck_shrn_iscd": code, "acml_vol": "0", "prdy_vrss": "0", "prdy_vrss_sign": "3", "prdy_ctrt": "0.00",
        });
        Ok((json!({ "output": output }), None))
    }

    pub(super) fn days(&mut self, request: &Request) -> Done {
        let first = request.parameter("BASS_DT").and_then(|day| NaiveDate::parse_from_str(day, "%Y%m%d").ok());
        let first = first.ok_or(("2", "OPSQ2001", "INVALID_CHECK_BASS_DT".to_owned()))?;
        let days = (0..10).map(|n| first + Days::new(n)).map(|day| {
            let open =
                !self.holidays.contains(&day) && !["Sat", "Sun"].contains(&day.format("%a").to_string().as_str());
            let word = if open { "Y" } else { "N" };
            let day = day.format("%Y%m%d").to_string();
            json!({ "bass_dt": day, "bzdy_yn": word, "tr_day_yn": word, "opnd_yn": word, "sttl_day_yn": word })
        });
        Ok((json!({ "output": days.collect::<Vec<_>>() }), Some(false)))
    }

    /// An order as lists show it. Both lists have these fields.
    fn row(&self, order: &Order) -> Map<String, Value> {
        let at = self.there(order.at);
        let lost = |status| if order.status == status { order.lost() } else { Decimal::ZERO };
        let nothing = if self.otherwise { "N" } else { "" };
        let limit = order.wish.limit.unwrap_or_default();
        let cancelled = if self.otherwise { "cnc_cfrm_qty" } else { "cncl_cfrm_qty" };
        let row = json!({
            "ord_gno_brno": BRANCH, "odno": number(order.number), "orgn_odno": "", "ord_dvsn_name": "지정가",
            "sll_buy_dvsn_cd": if order.wish.side == Side::Buy { "02" } else { "01" },
            "sll_buy_dvsn_cd_name": "현금", "pdno": order.wish.code, "prdt_name": format!("ETF {}", order.wish.code),
            "ord_qty": order.wish.quantity.to_string(), "ord_unpr": limit.to_string(),
            "ord_tmd": at.format("%H%M%S").to_string(),
            "tot_ccld_qty": order.filled().to_string(), "tot_ccld_amt": order.amount().to_string(),
            "avg_prvs": order.mean().unwrap_or_default().round_dp(4).to_string(),
            "cncl_yn": if order.status == Status::Cancelled { "Y" } else { nothing },
            "ordr_empno": if order.by == By::Program { "OpnAPI" } else { "Nsmart" },
            "ord_dvsn_cd": if order.wish.limit.is_some() { "00" } else { "01" },
            cancelled: lost(Status::Cancelled).to_string(),
            "rmn_qty": order.left().to_string(), "rjct_qty": lost(Status::Rejected).to_string(),
            "ccld_cndt_name": "없음", "inqr_ip_addr": "203.0.113.7", "excg_dvsn_cd": "02", "excg_id_dvsn_cd": "KRX",
        });
        let mut row = row.as_object().cloned().unwrap();
        let empty = "loan_dt cpbc_ordp_ord_rcit_dvsn_cd cpbc_ordp_infm_mthd_dvsn_cd infm_tmd ctac_tlno prdt_type_cd \
            cpbc_ordp_mtrl_dvsn_cd rsvn_ord_end_dt stpm_efct_occr_dtmd";
        for name in empty.split_whitespace() {
            row.insert(name.into(), "".into());
        }
        row
    }

    pub(super) fn orders(&mut self, request: &Request) -> Done {
        let names = [
            "INQR_STRT_DT",
            "INQR_END_DT",
            "SLL_BUY_DVSN_CD",
            "INQR_DVSN",
            "PDNO",
            "CCLD_DVSN",
            "ORD_GNO_BRNO",
            "ODNO",
        ];
        asked(request, &names)?;
        let asked = |name: &str| request.parameter(name).unwrap_or_default().to_owned();
        let day = |order: &Order| self.there(order.at).format("%Y%m%d").to_string();
        let days = asked("INQR_STRT_DT")..=asked("INQR_END_DT");
        let (side, code) = (asked("SLL_BUY_DVSN_CD"), asked("PDNO"));
        let fits = |order: &&Order| {
            let way = if order.wish.side == Side::Buy { "02" } else { "01" };
            days.contains(&day(order))
                && ["00", way].contains(&side.as_str())
                && (code.is_empty() || code == order.wish.code)
        };
        let found: Vec<Order> = self.ledger.listed().filter(fits).cloned().collect();
        let sum = |of: fn(&Order) -> Decimal| found.iter().map(of).sum::<Decimal>().to_string();
        let sums = json!({
            "tot_ord_qty": sum(|order| order.wish.quantity), "tot_ccld_qty": sum(Order::filled),
            "tot_ccld_amt": sum(Order::amount), "prsm_tlex_smtl": "0", "pchs_avg_pric": "0.0000",
        });
        let mut rows = Vec::new();
        for order in &found {
            let mut row = self.row(order);
            row.insert("ord_dt".into(), day(order).into());
            rows.push(Value::Object(row.clone()));
            for (nth, (_, at)) in self.cancels.iter().enumerate().filter(|(_, (number, _))| *number == order.number) {
                row.insert("odno".into(), cancellation(nth + 1).into());
                row.insert("orgn_odno".into(), number(order.number).into());
                row.insert("ord_tmd".into(), self.there(*at).format("%H%M%S").to_string().into());
                row.insert("tot_ccld_qty".into(), "0".into());
                row.insert("tot_ccld_amt".into(), "0".into());
                rows.push(Value::Object(row.clone()));
            }
        }
        rows.reverse();
        let rows = if self.blind { Vec::new() } else { rows };
        let (mut said, more) = self.paged(request, "output1", rows)?;
        said["output2"] = sums;
        Ok((said, more))
    }

    pub(super) fn open(&mut self, request: &Request) -> Done {
        asked(request, &["INQR_DVSN_1", "INQR_DVSN_2"])?;
        let open: Vec<&Order> = self.ledger.listed().filter(|order| !order.left().is_zero()).collect();
        let rows = open.into_iter().map(|order| {
            let mut row = self.row(order);
            for name in ["rmn_qty", "rjct_qty", "cncl_cfrm_qty", "cnc_cfrm_qty", "cncl_yn", "ordr_empno"] {
                row.remove(name);
            }
            row.insert("psbl_qty".into(), order.left().to_string().into());
            row.insert("rvse_cncl_dvsn_name".into(), "".into());
            row.insert("mgco_aptm_odno".into(), "".into());
            Value::Object(row)
        });
        let rows = rows.collect();
        self.paged(request, "output", rows)
    }
}
