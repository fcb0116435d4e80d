//! Asks targets from here, and prints what was answered: `ask db.example.com:5432 example.com:443`.

use std::error::Error;

use awsvpc_auditor_engine::probe::{Target, Vantage};
use awsvpc_auditor_probe::{Limits, sockets};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let targets: Result<Vec<Target>, _> = std::env::args().skip(1).map(|t| t.parse()).collect();
    let name = "here".to_owned();
    let probe = sockets::ask(Vantage::Here { name }, &targets?, &Limits::default()).await;
    serde_json::to_writer_pretty(std::io::stdout(), &probe)?;
    Ok(())
}
