// arikawa as a bot's author uses it, at the gateway that the environment names.
package main

import (
	"context"
	"log"
	"os"
	"os/signal"
	"syscall"

	"github.com/diamondburned/arikawa/v3/api"
	"github.com/diamondburned/arikawa/v3/gateway"
	"github.com/diamondburned/arikawa/v3/session"
	"github.com/diamondburned/arikawa/v3/session/shard"
	"github.com/diamondburned/arikawa/v3/utils/ws"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	api.EndpointGatewayBot = os.Getenv("PORTCULLIS_API") + "/v" + api.Version + "/gateway/bot"
	shards, err := shard.NewManager("Bot "+os.Getenv("PORTCULLIS_TOKEN"),
		shard.NewSessionShard(func(_ *shard.Manager, s *session.Session) {
			s.AddIntents(gateway.IntentGuilds | gateway.IntentGuildMessages)
			s.AddHandler(func(event *ws.BackgroundErrorEvent) { log.Println(event.Err) })
		}))
	if err != nil {
		log.Fatalln(err)
	}
	if err = shards.Open(ctx); err != nil {
		log.Println(err)
	}
	<-ctx.Done()
	if err = shards.Close(); err != nil {
		log.Println(err)
	}
}
