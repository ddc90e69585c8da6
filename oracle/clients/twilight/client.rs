//! twilight as a bot's author uses it, at the gateway that the environment names.
use std::env;
use std::error::Error;

use tokio::signal::unix;
use tokio::sync::watch;
use tokio::task::JoinSet;
use twilight_gateway::{CloseFrame, ConfigBuilder, Event, EventTypeFlags, Intents, Shard, ShardState, StreamExt as _};

/// Follows a shard until it is closed for good, by the gateway or by us.
async fn run(mut shard: Shard, mut stop: watch::Receiver<bool>) {
    let mut stopping = false;
    loop {
        tokio::select! {
            item = shard.next_event(EventTypeFlags::all()) => match item {
                Some(Ok(Event::GatewayClose(_))) if stopping => return,
                Some(Ok(_)) => {}
                Some(Err(error)) => eprintln!("{error}: {:?}", error.source()),
                None => return,
            },
            _ = stop.changed(), if !stopping => {
                stopping = true;
                // A shard that is between two connections would make the next before it closed that.
                if matches!(shard.state(), ShardState::Disconnected { .. }) {
                    return;
                }
                shard.close(CloseFrame::NORMAL);
            }
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
    let (told, stop) = watch::channel(false);
    let mut running = JoinSet::new();
    for shard in twilight_gateway::create_recommended(&http, config, |_, builder| builder.build()).await? {
        running.spawn(run(shard, stop.clone()));
    }
    unix::signal(unix::SignalKind::terminate())?.recv().await;
    told.send(true)?;
    while running.join_next().await.is_some() {}
    Ok(())
}
