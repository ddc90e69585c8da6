// Our driver as a shim: takes orders as JSON lines, tells what happens; oracle/shim.md has the protocol.
#include <cstdio>
#include <iostream>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "portcullis/driver/shard_group.h"
#include "portcullis/oracle/clients/portcullis/command.h"
#include "portcullis/spec/intents.h"

namespace portcullis::clients {
namespace {

using Json = nlohmann::ordered_json;

/// Writes a line whole and at once, whichever shard writes another.
void tell(const Json& line) {
  const std::string text = line.dump(-1, ' ', true) + "\n";
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

void tell_state(std::string_view state, std::uint32_t shard, const std::string& why = "") {
  Json line{{"state", state}, {"shard", shard}};
  if (!why.empty()) line["why"] = why;
  tell(line);
}

class Teller final : public driver::Observer {
  void on_connected(driver::Shard& shard, const websocket::Url&) override { tell_state("connected", shard.id()); }
  void on_dispatch(driver::Shard& shard, const Dispatch& dispatch) override {
    if (dispatch.kind == Dispatch::Kind::Ready) tell_state("ready", shard.id());
    if (dispatch.kind == Dispatch::Kind::Resumed) tell_state("resumed", shard.id());
    if (dispatch.name.empty()) return;
    tell({{"event", dispatch.name},
          {"s", dispatch.sequence ? Json(*dispatch.sequence) : Json()},
          {"shard", shard.id()}});
  }
  void on_disconnected(driver::Shard& shard, const Disconnected&, const std::optional<net::Trouble>&) override {
    tell_state("disconnected", shard.id());
  }
  void on_refused(driver::Shard& shard, const gateway::Command&, const Error& error) override {
    tell_state("refused", shard.id(), std::string(text(error.code)));
  }
  void on_stopped(driver::Shard& shard, const Finish& finish) override {
    if (finish.why != Finish::Why::Fatal) return tell_state("stopped", shard.id());
    Json line{{"fatal", "the gateway ended it for good"}, {"shard", shard.id()}};
    if (finish.close_code != 0) line["code"] = finish.close_code;
    tell(line);
  }
};

class Shim {
 public:
  ~Shim() { leave(gateway::Leaving::End); }

  /// Follows an order; says whether more are awaited.
  bool follow(const Json& order) {
    const std::string what = order.at("do");
    if (what == "start") start(order);
    if (what == "send") send(order);
    if (what == "close") leave(gateway::Leaving::Keep);
    return what != "stop";
  }

 private:
  void start(const Json& order) {
    leave(gateway::Leaving::Keep);
    driver::GroupOptions options;
    options.config.identify.token = order.at("token");
    options.config.identify.intents = spec::kAllIntents;
    options.api_url = order.at("api");
    if (order.at("ca").is_string()) options.ca_file = order["ca"];
    options.shard_count = order.at("shards");
    options.sessions = std::exchange(sessions_, {});
    cancelled_ = false;
    // It blocks while the API does not answer, and orders are to be heard all the same.
    starter_ = std::thread([this, options = std::move(options)]() mutable {
      auto started = driver::ShardGroup::start(std::move(options), teller_, cancelled_);
      const std::lock_guard lock(mutex_);
      if (auto* const group = std::get_if<0>(&started)) return void(group_ = std::move(*group));
      tell({{"fatal", std::get<net::Trouble>(started).text}});
    });
  }

  void send(const Json& order) {
    const auto command = command_of(order.at("payload"));
    if (!command) return tell({{"unimplemented", "send"}});
    const std::uint32_t number = order.at("shard");
    const std::lock_guard lock(mutex_);
    if (!group_ || number >= group_->shards().size()) return tell_state("refused", number, "there is no such shard");
    const Status status = group_->shards()[number]->send(*command);
    if (!status) tell_state("refused", number, std::string(text(status.error().code)));
  }

  /// Ends the connections, if there are any, and waits for it.
  void leave(gateway::Leaving how) {
    cancelled_ = true;
    if (starter_.joinable()) starter_.join();
    if (!group_) return;
    group_->stop(how);
    group_->wait();
    for (const auto& shard : group_->shards()) {
      sessions_.push_back(shard->session());
      tell_session(*shard);
    }
    group_.reset();
  }

  static void tell_session(const driver::Shard& shard) {
    const auto session = shard.session();
    Json line{{"session", session ? Json(session->id) : Json()}, {"shard", shard.id()}};
    if (session) line["s"] = session->sequence;
    tell(line);
  }

  Teller teller_;
  std::atomic<bool> cancelled_ = false;
  std::vector<std::optional<Session>> sessions_;  ///< to be resumed by the next start
  std::thread starter_;
  std::mutex mutex_;
  std::unique_ptr<driver::ShardGroup> group_;  ///< under the mutex while there is a starter
};

int run() {
  Shim shim;
  for (std::string line; std::getline(std::cin, line);) {
    try {
      if (!shim.follow(Json::parse(line))) break;
    } catch (const Json::exception& wrong) {
      std::fprintf(stderr, "shim: not understood: %s\n", wrong.what());
      return 1;
    }
  }
  return 0;
}

}  // namespace
}  // namespace portcullis::clients

int main() { return portcullis::clients::run(); }
