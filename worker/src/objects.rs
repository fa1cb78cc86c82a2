//! The Durable Objects, for now only as many lines as prove the stack.

use worker::{DurableObject, Env, Request, Response, Result, State, durable_object, wasm_bindgen};

#[durable_object]
pub struct RunObject {
    state: State,
}

impl DurableObject for RunObject {
    fn new(state: State, _env: Env) -> Self {
        Self { state }
    }

    async fn fetch(&self, _request: Request) -> Result<Response> {
        #[derive(serde::Serialize, serde::Deserialize)]
        struct Visits {
            visits: u32,
        }
        let sql = self.state.storage().sql();
        sql.exec(
            "CREATE TABLE IF NOT EXISTS visit (id INTEGER PRIMARY KEY)",
            None,
        )?;
        sql.exec("INSERT INTO visit DEFAULT VALUES", None)?;
        let count: Visits = sql
            .exec("SELECT count(*) AS visits FROM visit", None)?
            .one()?;
        Response::from_json(&count)
    }

    async fn alarm(&self) -> Result<Response> {
        Response::empty()
    }
}

#[durable_object]
pub struct AccountObject {}

impl DurableObject for AccountObject {
    fn new(_state: State, _env: Env) -> Self {
        Self {}
    }

    async fn fetch(&self, _request: Request) -> Result<Response> {
        Response::empty()
    }
}

#[durable_object]
pub struct SandboxObject {}

impl DurableObject for SandboxObject {
    fn new(_state: State, _env: Env) -> Self {
        Self {}
    }

    async fn fetch(&self, _request: Request) -> Result<Response> {
        Response::empty()
    }
}
