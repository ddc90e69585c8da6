//! twilight as a bot's author uses it, at the gateway that the environment names.
use std::env;
use std::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::signal::unix;
use tokio::task::JoinSet;
use twilight_gateway::{CloseFrame, ConfigBuilder, Event, EventTypeFlags, Intents, Shard, StreamExt as _};

static STOPPING: AtomicBool = AtomicBool::new(false);

/// Follows a shard until it is closed for good, by the gateway or by us.
async fn run(mut shard: Shard) {
    while let Some(item) = shard.next_event(EventTypeFlags::all()).await {
        match item {
            Ok(Event::GatewayClose(_)) if STOPPING.load(Ordering::Relaxed) => return,
            Ok(_) => {}
            Err(error) => eprintln!("{error}: {:?}", error.source()),
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    rustls::crypto::ring::default_provider().install_default().expect("no other is installed");
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let (token, api) = (env::var("PORTCULLIS_TOKEN")?, env::var("PORTCULLIS_API")?);
    let (scheme, host) = api.trim_end_matches("/api").split_once("://").ok_or("PORTCULLIS_API has no scheme")?;
    let http = twilight_http::Client::builder().token(token.clone()).proxy(host.to_owned(), scheme == "http").build();
    let config = ConfigBuilder::new(token, Intents::GUILDS | Intents::GUILD_MESSAGES)
        .proxy_url(env::var("PORTCULLIS_URL")?)
        .build();
    let mut senders = Vec::new();
    let mut running = JoinSet::new();
    for shard in twilight_gateway::create_recommended(&http, config, |_, builder| builder.build()).await? {
        senders.push(shard.sender());
        running.spawn(run(shard));
    }
    unix::signal(unix::SignalKind::terminate())?.recv().await;
    STOPPING.store(true, Ordering::Relaxed);
    for sender in senders {
        _ = sender.close(CloseFrame::NORMAL);
    }
    while running.join_next().await.is_some() {}
    Ok(())
}
