//! A run on disk: plan, journal, inbox and sealed secrets, as rows. Nothing secret is in any of them in the clear.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use shared::plan::Plan;
use shared::run::{Command, Entry, Run};
use shared::time::Timestamp;
use worker::{Error, Result, SqlStorage, SqlStorageValue};

/// The rows of one run.
#[derive(Clone)]
pub(super) struct RunStore {
    sql: SqlStorage,
}

#[derive(Deserialize)]
struct Text {
    text: String,
}

#[derive(Deserialize)]
struct Numbered {
    id: f64,
    text: String,
}

impl RunStore {
    /// Opens the store; the tables are made when they are first needed.
    pub(super) fn open(sql: SqlStorage) -> Result<Self> {
        sql.exec(
            "CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
             CREATE TABLE IF NOT EXISTS journal (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
             CREATE TABLE IF NOT EXISTS inbox (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL);
             CREATE TABLE IF NOT EXISTS secret (name TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;",
            None,
        )?;
        Ok(Self { sql })
    }

    /// One of the run's facts.
    pub(super) fn fact<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        self.one("SELECT text FROM fact WHERE name = ?", name)?
            .map(|text| read(&text))
            .transpose()
    }

    pub(super) fn set_fact<T: serde::Serialize>(&self, name: &str, value: &T) -> Result<()> {
        self.write(
            "INSERT OR REPLACE INTO fact (name, text) VALUES (?, ?)",
            vec![name.into(), json(value)?.into()],
        )
    }

    /// The run as its journal tells it; `None` if none was accepted.
    pub(super) fn run(&self) -> Result<Option<Run>> {
        let Some(plan) = self.fact::<Plan>(PLAN)? else {
            return Ok(None);
        };
        let run = Run::replay(plan, &self.journal(0)?)
            .map_err(|error| Error::RustError(error.to_string()))?;
        Ok(Some(run))
    }

    /// The lines of the journal after a number.
    pub(super) fn journal(&self, after: u64) -> Result<Vec<Entry>> {
        let after = SqlStorageValue::try_from_i64(i64::try_from(after).unwrap_or(i64::MAX))?;
        let rows: Vec<Text> = self
            .sql
            .exec(
                "SELECT text FROM journal WHERE id > ? ORDER BY id",
                vec![after],
            )?
            .to_array()?;
        rows.iter().map(|row| read(&row.text)).collect()
    }

    /// When the last line was written, in the run's own time.
    pub(super) fn last_at(&self) -> Result<Option<Timestamp>> {
        let rows: Vec<Text> = self
            .sql
            .exec("SELECT text FROM journal ORDER BY id DESC LIMIT 1", None)?
            .to_array()?;
        let last: Option<Entry> = rows.first().map(|row| read(&row.text)).transpose()?;
        Ok(last.map(|entry| entry.at))
    }

    /// Writes a line. Its number is unique, so a second writer fails instead of forking the journal.
    pub(super) fn append(&self, entry: &Entry) -> Result<()> {
        let id = SqlStorageValue::try_from_i64(i64::try_from(entry.seq).unwrap_or(i64::MAX))?;
        self.write(
            "INSERT INTO journal (id, text) VALUES (?, ?)",
            vec![id, json(entry)?.into()],
        )
    }

    /// Puts something into the inbox.
    pub(super) fn post(&self, command: &Command) -> Result<()> {
        self.write(
            "INSERT INTO inbox (text) VALUES (?)",
            vec![json(command)?.into()],
        )
    }

    /// Takes everything out of the inbox.
    pub(super) fn take_inbox(&self) -> Result<Vec<Command>> {
        let rows: Vec<Numbered> = self
            .sql
            .exec("SELECT id, text FROM inbox ORDER BY id", None)?
            .to_array()?;
        let commands = rows.iter().map(|row| read(&row.text)).collect();
        for row in &rows {
            self.write("DELETE FROM inbox WHERE id = ?", vec![row.id.into()])?;
        }
        commands
    }

    /// Whether nothing waits in the inbox.
    pub(super) fn inbox_is_empty(&self) -> Result<bool> {
        let rows: Vec<Text> = self
            .sql
            .exec("SELECT text FROM inbox LIMIT 1", None)?
            .to_array()?;
        Ok(rows.is_empty())
    }

    /// A sealed secret.
    pub(super) fn sealed(&self, name: &str) -> Result<Option<String>> {
        self.one("SELECT text FROM secret WHERE name = ?", name)
    }

    pub(super) fn set_sealed(&self, name: &str, sealed: &str) -> Result<()> {
        self.write(
            "INSERT OR REPLACE INTO secret (name, text) VALUES (?, ?)",
            vec![name.into(), sealed.into()],
        )
    }

    /// The names of the master secrets under which anything is sealed: each row says its own, between two dots.
    pub(super) fn masters_needed(&self) -> Result<Vec<String>> {
        let query = "SELECT DISTINCT substr(text, 3, 8) AS text FROM secret";
        let rows: Vec<Text> = self.sql.exec(query, None)?.to_array()?;
        Ok(rows.into_iter().map(|row| row.text).collect())
    }

    /// Deletes every sealed secret but one.
    pub(super) fn shred_all_but(&self, kept: &str) -> Result<()> {
        self.write("DELETE FROM secret WHERE name <> ?", vec![kept.into()])
    }

    fn one(&self, query: &str, name: &str) -> Result<Option<String>> {
        let rows: Vec<Text> = self.sql.exec(query, vec![name.into()])?.to_array()?;
        Ok(rows.into_iter().next().map(|row| row.text))
    }

    fn write(&self, query: &str, values: Vec<SqlStorageValue>) -> Result<()> {
        self.sql.exec(query, values).map(|_| ())
    }
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text)
        .map_err(|error| Error::RustError(format!("a stored row cannot be read: {error}")))
}

fn json<T: serde::Serialize>(value: &T) -> Result<String> {
    Ok(serde_json::to_string(value)?)
}

/// The fact under which the plan lies.
pub(super) const PLAN: &str = "plan";

/// The fact under which the run's clock lies.
pub(super) const PACE: &str = "pace";
