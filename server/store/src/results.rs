//! What the desk shows of one probe: its newest results with their details, and the newest calls of a heartbeat.

use domain::probe::heartbeat::Signal;
use domain::time::Timestamp;
use domain::tower::ProbeKey;

use crate::load::StoredResult;
pub use crate::writer::KeptResult;
use crate::{Store, StoreError};

/// Characters of what a call said that are shown: its first lines.
const BODY_HEAD_CHARS: usize = 200;

/// A call of a heartbeat, as it is read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPing {
    /// When it came.
    pub at: Timestamp,
    /// What it says.
    pub signal: Signal,
    /// Pairs a start with its end.
    pub run_id: Option<String>,
    /// How long the job ran, in milliseconds, if this call ended a run.
    pub run_ms: Option<u64>,
    /// How what the sender had to say begins; what is no text in it is replaced.
    pub body_head: String,
}

impl Store {
    /// Results of one probe with their details, the newest first, from the one before the moment `before` on.
    pub async fn results_of(
        &self,
        probe: ProbeKey,
        before: Option<Timestamp>,
        limit: u32,
    ) -> Result<Vec<KeptResult>, StoreError> {
        let before = before.unwrap_or(Timestamp::from_ms(i64::MAX));
        let results = self.results(probe, Timestamp::from_ms(i64::MIN), before, limit).await?;
        let kept = |StoredResult { at, verdict, duration_us, code, cause, detail }| KeptResult {
            probe,
            at,
            verdict,
            duration_us,
            code,
            cause,
            detail: detail.map(String::into_boxed_str),
        };
        Ok(results.into_iter().rev().map(kept).collect())
    }

    /// The newest calls of one heartbeat, the newest first.
    pub async fn pings_of(&self, probe: ProbeKey, limit: u32) -> Result<Vec<StoredPing>, StoreError> {
        let pings = self.pings(probe, limit).await?.into_iter();
        let stored = pings.map(|(ping, run_ms, body)| StoredPing {
            at: ping.at,
            signal: ping.signal,
            run_id: ping.run_id,
            run_ms,
            body_head: String::from_utf8_lossy(&body).chars().take(BODY_HEAD_CHARS).collect(),
        });
        Ok(stored.collect())
    }
}

#[cfg(test)]
mod tests {
    use domain::probe::heartbeat::Ping;
    use domain::probe::observation::{CauseKind, Verdict};

    use super::*;
    use crate::testing::{at, open};
    use crate::writer::{Change, KeptPing};

    const PROBE: ProbeKey = ProbeKey(7);

    fn result(ms: i64) -> KeptResult {
        let detail = (ms % 2 == 0).then(|| format!("seen at {ms}").into_boxed_str());
        let cause = detail.is_some().then_some(CauseKind::Condition);
        let verdict = if cause.is_some() { Verdict::Down } else { Verdict::Up };
        KeptResult { probe: PROBE, at: at(ms), verdict, duration_us: Some(5), code: Some(200), cause, detail }
    }

    #[tokio::test]
    async fn results_are_read_a_page_at_a_time_the_newest_first() {
        let database = open().await;
        for ms in 1..=5 {
            database.writer.result(result(ms));
        }
        database.writer.result(KeptResult { probe: ProbeKey(8), ..result(4) });
        database.writer.commit(Vec::new(), std::future::pending()).await.unwrap();
        assert_eq!(database.store.results_of(PROBE, None, 2).await.unwrap(), [result(5), result(4)]);
        assert_eq!(database.store.results_of(PROBE, Some(at(4)), 9).await.unwrap(), [result(3), result(2), result(1)]);
        assert!(database.store.results_of(PROBE, Some(at(1)), 9).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_call_is_shown_by_its_beginning_whatever_was_sent() {
        let database = open().await;
        let bodies = [Vec::new(), "あ".repeat(300).into_bytes(), vec![b'a', 0xff, b'b']];
        for (n, body) in (1..).zip(bodies) {
            let ping = Ping { at: at(n), signal: Signal::Exit(3), run_id: Some("run".to_owned()) };
            database.writer.changes([Change::Ping(KeptPing { probe: PROBE, ping, run_ms: Some(90), body })]);
        }
        database.writer.commit(Vec::new(), std::future::pending()).await.unwrap();
        let shown = database.store.pings_of(PROBE, 10).await.unwrap();
        let expected = |n: i64, body_head: String| StoredPing {
            at: at(n),
            signal: Signal::Exit(3),
            run_id: Some("run".to_owned()),
            run_ms: Some(90),
            body_head,
        };
        let heads = [(3, "a\u{fffd}b".to_owned()), (2, "あ".repeat(200)), (1, String::new())];
        assert_eq!(shown, heads.map(|(n, head)| expected(n, head)));
        assert_eq!(database.store.pings_of(PROBE, 1).await.unwrap().len(), 1);
    }
}
