// disgo as a bot's author uses it, at the gateway that the environment names.
package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/disgoorg/disgo"
	"github.com/disgoorg/disgo/bot"
	"github.com/disgoorg/disgo/gateway"
	"github.com/disgoorg/disgo/rest"
	"github.com/disgoorg/disgo/sharding"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	client, err := disgo.New(os.Getenv("PORTCULLIS_TOKEN"),
		bot.WithRestClientConfigOpts(rest.WithURL(os.Getenv("PORTCULLIS_API")+"/v10")),
		bot.WithShardManagerConfigOpts(sharding.WithGatewayConfigOpts(
			gateway.WithIntents(gateway.IntentGuilds, gateway.IntentGuildMessages))))
	if err != nil {
		slog.Error("no client", slog.Any("err", err))
		os.Exit(1)
	}
	if err = client.OpenShardManager(ctx); err != nil {
		slog.Error("no connection", slog.Any("err", err))
	}
	<-ctx.Done()
	closing, cancel := context.WithTimeout(context.Background(), 4*time.Second)
	defer cancel()
	client.Close(closing)
}
