// A bot: logs what happens, says that it is watching, and leaves when it is asked to or after so many messages.
//
//   BOT_TOKEN=... bot [API_URL [CA_FILE [MESSAGES]]]
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <variant>

#include "content.h"
#include "portcullis/driver/shard_group.h"
#include "portcullis/driver/signals.h"

using namespace portcullis;

namespace {

constexpr std::uint64_t kGuilds = 1 << 0;
constexpr std::uint64_t kGuildMessages = 1 << 9;
constexpr std::uint64_t kMessageContent = 1 << 15;

// Its functions are called on the shards' threads.
class Bot final : public driver::Observer {
 public:
  std::atomic<int> messages = 0;
  std::atomic<int> running = 0;

  void on_dispatch(driver::Shard& shard, const Dispatch& dispatch) override {
    if (dispatch.kind == Dispatch::Kind::Ready) ready(shard);
    if (dispatch.name != "MESSAGE_CREATE") return;
    std::printf("shard %u: message: %s\n", shard.id(), content_of(dispatch).c_str());
    ++messages;
  }
  void on_disconnected(driver::Shard& shard, const Disconnected& end,
                       const std::optional<net::Trouble>& trouble) override {
    std::printf("shard %u: disconnected (code %d%s%s); again in %lld ms\n", shard.id(), end.close_code,
                trouble ? ", " : "", trouble ? trouble->text.c_str() : "", static_cast<long long>(end.delay.count()));
  }
  void on_stopped(driver::Shard& shard, const Finish&) override {
    std::printf("shard %u: stopped\n", shard.id());
    --running;
  }
  void on_no_gateway(const net::Trouble& trouble, Duration) override { std::printf("%s\n", trouble.text.c_str()); }

 private:
  static void ready(driver::Shard& shard) {
    std::printf("shard %u: ready\n", shard.id());
    gateway::UpdatePresence presence;
    presence.activities = {{"the gate", gateway::ActivityType::Watching, {}, {}}};
    if (const Status sent = shard.send(presence); !sent)
      std::printf("shard %u: %s\n", shard.id(), std::string(text(sent.error().code)).c_str());
  }
};

}  // namespace

int main(int argc, char** argv) {
  const driver::StopSignals signals;  // before any thread
  const char* token = std::getenv("BOT_TOKEN");
  if (token == nullptr) {
    std::fprintf(stderr, "bot: set BOT_TOKEN to your bot's token\n");
    return 3;
  }
  driver::GroupOptions options;
  options.config.identify.token = token;
  options.config.identify.intents = kGuilds | kGuildMessages | kMessageContent;
  if (argc > 1) options.api_url = argv[1];
  if (argc > 2) options.ca_file = argv[2];
  const int messages_max = argc > 3 ? std::atoi(argv[3]) : 0;

  Bot bot;
  auto begun = driver::ShardGroup::start(std::move(options), bot, std::atomic<bool>{false});
  if (const auto* trouble = std::get_if<net::Trouble>(&begun)) {
    std::fprintf(stderr, "bot: %s\n", trouble->text.c_str());
    return 1;
  }
  auto& group = *std::get<std::unique_ptr<driver::ShardGroup>>(begun);
  bot.running += static_cast<int>(group.shards().size());
  const auto enough = [&] { return bot.running == 0 || (messages_max > 0 && bot.messages >= messages_max); };
  while (!enough() && !signals.wait_for(Duration{100})) {
  }
  group.stop(gateway::Leaving::End);
  group.wait();
  return messages_max > 0 && bot.messages < messages_max ? 1 : 0;
}
