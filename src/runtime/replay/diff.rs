//! Lays what a replay decided beside what was decided when it was live.
//! Must not read or wait for anything: two lists in, one list of rows out.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use super::decisions::{DecisionKey, DecisionRecord, Verdict};
use crate::domain::Timestamp;

/// Confidences that are nearer than this are the same.
const CONFIDENCE_STEP: f64 = 1e-9;

/// What can differ between two records of one signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DiffField {
    /// Buy, sell or hold.
    Action,
    /// By more than 1e-9.
    Confidence,
    /// The rule that held the lean back.
    Block,
    /// Whether an order was wanted, and whether it was approved.
    Verdict,
    /// Which checks failed.
    FailedChecks,
    /// How much was approved.
    Quantity,
    /// Close of the bar, or the price that the checks valued the order at.
    Price,
}

impl DiffField {
    /// A word for people.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Action => "action",
            Self::Confidence => "confidence",
            Self::Block => "block",
            Self::Verdict => "verdict",
            Self::FailedChecks => "failed checks",
            Self::Quantity => "quantity",
            Self::Price => "price",
        }
    }
}

/// How the two sides of a row compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DiffKind {
    /// Both have it, alike.
    Same,
    /// It was there when it was live, and is not in the replay.
    OnlyLive,
    /// It is in the replay, and was not there when it was live.
    OnlyReplay,
    /// Both have it, with these differences.
    Differs(Vec<DiffField>),
}

impl DiffKind {
    /// A stable word: `same`, `only_live`, `only_replay` or `differs`.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::OnlyLive => "only_live",
            Self::OnlyReplay => "only_replay",
            Self::Differs(_) => "differs",
        }
    }
}

/// One signal on both sides.
#[derive(Debug, Clone, PartialEq)]
pub struct DiffRow {
    /// How they compare.
    pub kind: DiffKind,
    /// What was live.
    pub live: Option<DecisionRecord>,
    /// What the replay has.
    pub replay: Option<DecisionRecord>,
}

impl DiffRow {
    /// The side that is there; the replay's where both are.
    pub fn record(&self) -> Option<&DecisionRecord> {
        self.replay.as_ref().or(self.live.as_ref())
    }
}

/// Rows by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DiffSummary {
    /// Alike on both sides.
    pub same: usize,
    /// On both sides, with differences.
    pub differs: usize,
    /// Live alone.
    pub only_live: usize,
    /// In the replay alone.
    pub only_replay: usize,
}

impl DiffSummary {
    /// Whether nothing differs.
    pub const fn is_same(&self) -> bool {
        self.differs == 0 && self.only_live == 0 && self.only_replay == 0
    }
}

impl fmt::Display for DiffSummary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            same,
            differs,
            only_live,
            only_replay,
        } = self;
        write!(
            formatter,
            "{same} same, {differs} differ, {only_live} only live, {only_replay} only in the replay"
        )
    }
}

/// What a replay decided beside what was decided live, in the order of time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DecisionDiff {
    /// One for each signal.
    pub rows: Vec<DiffRow>,
    /// How many there are of each kind.
    pub summary: DiffSummary,
}

impl DecisionDiff {
    /// Compares. A replay has come to `until`: what was live later than that is left out, unless
    /// the replay has it already. `None` is its end.
    ///
    /// Where a key stands several times on a side, the first goes with the first, and so on.
    pub fn of(
        live: &[DecisionRecord],
        replay: &[DecisionRecord],
        until: Option<Timestamp>,
    ) -> Self {
        let mut waiting: BTreeMap<&DecisionKey, VecDeque<&DecisionRecord>> = BTreeMap::new();
        for record in live {
            waiting.entry(&record.key).or_default().push_back(record);
        }
        let mut rows = Vec::with_capacity(live.len().max(replay.len()));
        for record in replay {
            let pair = waiting.get_mut(&record.key).and_then(VecDeque::pop_front);
            let kind = pair.map_or(DiffKind::OnlyReplay, |live| compare(live, record));
            rows.push(DiffRow {
                kind,
                live: pair.cloned(),
                replay: Some(record.clone()),
            });
        }
        let is_due = |record: &&&DecisionRecord| until.is_none_or(|until| record.time <= until);
        let missing = waiting.values().flatten().filter(is_due);
        rows.extend(missing.map(|record| DiffRow {
            kind: DiffKind::OnlyLive,
            live: Some((*record).clone()),
            replay: None,
        }));
        rows.sort_by(|one, other| place(one).cmp(&place(other)));
        let summary = Self::summarise(&rows);
        Self { rows, summary }
    }

    /// How many of these rows are of each kind.
    pub fn summarise<'a>(rows: impl IntoIterator<Item = &'a DiffRow>) -> DiffSummary {
        let mut summary = DiffSummary::default();
        for row in rows {
            let count = match row.kind {
                DiffKind::Same => &mut summary.same,
                DiffKind::Differs(_) => &mut summary.differs,
                DiffKind::OnlyLive => &mut summary.only_live,
                DiffKind::OnlyReplay => &mut summary.only_replay,
            };
            *count += 1;
        }
        summary
    }
}

/// Time first; what happened at one moment in the order of its events.
fn place(row: &DiffRow) -> Option<(Timestamp, &DecisionKey)> {
    row.record().map(|record| (record.time, &record.key))
}

fn compare(live: &DecisionRecord, replay: &DecisionRecord) -> DiffKind {
    let verdicts = (live.verdict.as_ref(), replay.verdict.as_ref());
    let of_verdict = |differ: fn(&Verdict, &Verdict) -> bool| match verdicts {
        (Some(live), Some(replay)) => differ(live, replay),
        _ => false,
    };
    let approved = |record: &DecisionRecord| record.verdict.as_ref().map(|it| it.approved);
    // Written so that a confidence that is no number differs from every other.
    let is_near = (live.confidence - replay.confidence).abs() <= CONFIDENCE_STEP;
    let fields = [
        (DiffField::Action, live.action != replay.action),
        (DiffField::Confidence, !is_near),
        (DiffField::Block, live.blocked_by != replay.blocked_by),
        (DiffField::Verdict, approved(live) != approved(replay)),
        (
            DiffField::FailedChecks,
            of_verdict(|live, replay| live.failed != replay.failed),
        ),
        (
            DiffField::Quantity,
            of_verdict(|live, replay| live.quantity != replay.quantity),
        ),
        (
            DiffField::Price,
            live.price != replay.price || of_verdict(|live, replay| live.price != replay.price),
        ),
    ];
    let differing: Vec<DiffField> = fields
        .into_iter()
        .filter_map(|(field, differs)| differs.then_some(field))
        .collect();
    if differing.is_empty() {
        DiffKind::Same
    } else {
        DiffKind::Differs(differing)
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::*;
    use crate::domain::{DenialReason, OrderId, SignalAction, Timeframe};

    fn record(minute: i64) -> DecisionRecord {
        DecisionRecord {
            key: DecisionKey {
                bar_start: Timestamp::from_seconds(minute * 60),
                instrument: "SIM:TITAN".parse().expect("a key"),
                timeframe: Timeframe::MINUTE,
                strategy: "crossover".to_owned(),
            },
            sequence: minute.unsigned_abs() * 100,
            time: Timestamp::from_seconds(minute * 60 + 61),
            action: SignalAction::Buy,
            confidence: 0.75,
            price: Decimal::new(18_450, 2),
            blocked_by: None,
            verdict: Some(Verdict {
                order: OrderId(7),
                approved: true,
                failed: Vec::new(),
                quantity: Decimal::from(12),
                price: Some(Decimal::new(18_451, 2)),
            }),
        }
    }

    fn denied() -> Verdict {
        Verdict {
            order: OrderId(9),
            approved: false,
            failed: vec![DenialReason::StaleData],
            quantity: Decimal::ZERO,
            price: Some(Decimal::new(18_451, 2)),
        }
    }

    #[test]
    fn differences_are_named() {
        type Change = fn(&mut DecisionRecord);
        let cases: &[(Change, &[DiffField])] = &[
            (|_| {}, &[]),
            (|it| it.sequence = 1, &[]),
            (|it| it.time = Timestamp::from_seconds(1), &[]),
            (|it| it.confidence += 5e-10, &[]),
            (|it| it.confidence += 2e-9, &[DiffField::Confidence]),
            (|it| it.confidence = f64::NAN, &[DiffField::Confidence]),
            (|it| it.action = SignalAction::Sell, &[DiffField::Action]),
            (|it| it.price = Decimal::ONE, &[DiffField::Price]),
            (
                |it| it.blocked_by = Some("RSI_14 above 70".to_owned()),
                &[DiffField::Block],
            ),
            (|it| it.verdict = None, &[DiffField::Verdict]),
            (
                |it| it.verdict = Some(denied()),
                &[
                    DiffField::Verdict,
                    DiffField::FailedChecks,
                    DiffField::Quantity,
                ],
            ),
            (
                |it| {
                    if let Some(verdict) = &mut it.verdict {
                        verdict.price = None;
                        verdict.order = OrderId(8);
                    }
                },
                &[DiffField::Price],
            ),
        ];
        for (index, (change, expected)) in cases.iter().enumerate() {
            let mut replayed = record(5);
            change(&mut replayed);
            let diff = DecisionDiff::of(&[record(5)], &[replayed], None);
            let kind = if expected.is_empty() {
                DiffKind::Same
            } else {
                DiffKind::Differs(expected.to_vec())
            };
            assert_eq!(diff.rows[0].kind, kind, "case {index}");
            assert_eq!(diff.rows.len(), 1);
        }
    }

    #[test]
    fn what_is_on_one_side_alone_is_told_when_its_time_has_come() {
        // Minutes of the live side, of the replay, how far the replay is, and the words expected.
        type Case = (
            &'static [i64],
            &'static [i64],
            Option<i64>,
            &'static [&'static str],
        );
        let cases: &[Case] = &[
            (&[], &[], None, &[]),
            (&[1, 2], &[1, 2], None, &["same", "same"]),
            (&[1, 2], &[1], None, &["same", "only_live"]),
            (&[1, 2], &[1], Some(2), &["same"]),
            (&[1, 2], &[1, 2], Some(2), &["same", "same"]),
            (
                &[1, 3],
                &[2, 3],
                Some(9),
                &["only_live", "only_replay", "same"],
            ),
            (&[1, 1], &[1], None, &["same", "only_live"]),
            (&[1], &[1, 1], None, &["same", "only_replay"]),
        ];
        let records = |minutes: &[i64]| minutes.iter().map(|it| record(*it)).collect::<Vec<_>>();
        for (live, replay, until, expected) in cases {
            let until = until.map(|minute| Timestamp::from_seconds(minute * 60));
            let diff = DecisionDiff::of(&records(live), &records(replay), until);
            let words: Vec<&str> = diff.rows.iter().map(|row| row.kind.word()).collect();
            assert_eq!(words, *expected, "{live:?} {replay:?} {until:?}");
            let summary = diff.summary;
            let total = summary.same + summary.differs + summary.only_live + summary.only_replay;
            assert_eq!(total, expected.len());
            assert_eq!(
                summary.is_same(),
                expected.iter().all(|word| *word == "same")
            );
        }
    }
}
