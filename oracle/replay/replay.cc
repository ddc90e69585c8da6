#include "portcullis/oracle/replay/replay.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "portcullis/core/client.h"
#include "portcullis/oracle/replay/inputs.h"
#include "portcullis/oracle/replay/server_bytes.h"
#include "portcullis/oracle/timeline/tap.h"

namespace portcullis::replay {
namespace {

using timeline::Json;
using timeline::Record;
using timeline::Tap;
using timeline::Timeline;

constexpr std::size_t kContext = 6;

bool is_of_client(const Record& record) { return record.is == "open" || record.with.value("from", "") == "client"; }

/// A record without what hangs on the run: its time and the number of its link.
std::string said_in(Record record) {
  record.at_ms = 0;
  record.link = 0;
  const std::string line = timeline::line_of(record);
  return "{" + line.substr(line.find(',') + 1);
}

/// One shard's client, run again over its part of the recording.
class Shard {
 public:
  Shard(const Timeline& timeline, std::vector<std::size_t> indices, const Tables& tables)
      : timeline_(timeline), indices_(std::move(indices)), tables_(tables) {}

  /// Gives why it cannot be replayed, if that is so; then counts and differences go into the outcome.
  std::optional<Unfit> run(Outcome& outcome) {
    ++outcome.shards;
    for (at_ = 0; at_ < indices_.size() && !outcome.difference;) {
      if (auto unfit = step(outcome)) return unfit;
      if (!stopped_) continue;
      outcome.stops.push_back(*stopped_);
      return std::nullopt;
    }
    return std::nullopt;
  }

 private:
  const Record& record(std::size_t at) const { return timeline_.records[indices_[at]]; }
  Instant time_of(const Record& input) const { return Instant(Duration{input.with["now"].get<std::int64_t>()}); }

  /// Takes the server's records up to the next input, that input, and what the client said then.
  std::optional<Unfit> step(Outcome& outcome) {
    std::vector<std::byte> bytes;
    for (; at_ < indices_.size() && record(at_).is != "input"; ++at_)
      if (!make_bytes(bytes)) return std::nullopt;
    if (at_ == indices_.size()) return std::nullopt;
    const std::size_t input = at_++;
    ++outcome.inputs;
    said_.clear();
    if (auto unfit = put(record(input), bytes)) {
      unfit->record = indices_[input];
      return unfit;
    }
    compare(input, outcome);
    return std::nullopt;
  }

  /// Makes the bytes of a record; false where they cannot be made again.
  bool make_bytes(std::vector<std::byte>& bytes) {
    const Record& one = record(at_);
    if (one.is == "end" || (one.is == "refused" && one.with["status"] == 0 && is_end(at_ + 1))) return true;
    auto made = server_ ? server_->bytes_of(one, !hangs_up_next()) : std::nullopt;
    if (made) {
      bytes.insert(bytes.end(), made->begin(), made->end());
      return true;
    }
    stopped_ = Stop{indices_[at_], "the recording does not hold the bytes of what the server sent"};
    return false;
  }

  bool is_end(std::size_t at) const { return at < indices_.size() && record(at).is == "end"; }

  /// Says whether the client hung up upon the next input.
  bool hangs_up_next() const {
    std::size_t at = at_;
    while (at < indices_.size() && record(at).is != "input") ++at;
    for (++at; at < indices_.size() && is_of_client(record(at)); ++at)
      if (record(at).is == "end") return true;
    return false;
  }

  std::optional<Unfit> put(const Record& input, std::vector<std::byte>& bytes) {
    const std::string did = input.with["did"];
    if (did == "start") return start(input);
    if (!client_) return Unfit{{}, "the shard has no input \"start\" before this one"};
    const Instant now = time_of(input);
    if (did == "opened") open(input, now);
    if (did == "received") receive(bytes, now);
    if (did == "lost") lose(now);
    if (did == "elapsed") client_->elapsed(now);
    if (did == "granted") client_->identify_granted(now);
    if (did == "reconnect") client_->reconnect(now);
    if (did == "main_url") (void)client_->set_main_url(input.with.value("url", ""));
    if (did == "stop")
      client_->stop(input.with.value("how", "end") == "keep" ? gateway::Leaving::Keep : gateway::Leaving::End, now);
    settle();
    return std::nullopt;
  }

  std::optional<Unfit> start(const Record& input) {
    auto config = read_config(input.with.value("config", Json()));
    if (auto* const wrong = std::get_if<std::string>(&config)) return Unfit{{}, "\"config\": " + *wrong};
    config_ = std::get<Config>(std::move(config));
    client_ = std::make_unique<Client>(config_, Limits{}, draws_of(input.with.value("seed", "")), workspace_, tables_);
    if (const Status begun = client_->start(time_of(input)); !begun)
      return Unfit{{}, "\"config\": " + std::string(text(begun.error().code))};
    settle();
    return std::nullopt;
  }

  void open(const Record& input, Instant now) {
    server_.emplace(config_);
    tap_.emplace(input.link, origin_of(endpoint_), pseudonyms_, [this](Record said) {
      if (is_of_client(said)) said_.push_back(std::move(said));
    });
    client_->opened(link_, now);
  }

  /// The last bytes of a refusal's body come when the client is known to have had them.
  void receive(std::vector<std::byte>& bytes, Instant now) {
    if (bytes.empty() && server_ && hangs_up_after()) bytes = server_->rest_of_body();
    client_->received(link_, bytes, now);
  }

  bool hangs_up_after() const {
    for (std::size_t at = at_; at < indices_.size() && is_of_client(record(at)); ++at)
      if (record(at).is == "end") return true;
    return false;
  }

  void lose(Instant now) {
    tap_.reset();
    client_->lost(link_, now);
  }

  void settle() {
    for (bool waits = false; !waits;) {
      const Output output = client_->poll();
      waits = std::holds_alternative<Wait>(output) || std::holds_alternative<Finished>(output);
      if (const auto* const dial = std::get_if<Dial>(&output)) {
        link_ = dial->link;
        endpoint_ = dial->endpoint;
      }
      if (const auto* const transmit = std::get_if<Transmit>(&output); transmit != nullptr && tap_) {
        tap_->client_sent(transmit->bytes, 0);
        server_->client_sent(transmit->bytes);
      }
      if (std::holds_alternative<Hangup>(output) && tap_) {
        tap_->ended(timeline::Side::Client, timeline::How::Eof, 0);
        tap_.reset();
      }
    }
  }

  /// Holds what the client has said against what it said when it was recorded.
  void compare(std::size_t input, Outcome& outcome) {
    std::size_t compared = 0;
    for (; at_ < indices_.size() && is_of_client(record(at_)); ++at_, ++compared) {
      const std::string recorded = said_in(record(at_));
      const std::string replayed = compared < said_.size() ? said_in(said_[compared]) : std::string();
      if (recorded != replayed) return differ(at_, recorded, replayed, outcome);
      ++outcome.outputs;
    }
    if (compared < said_.size() && at_ < indices_.size()) differ(input, {}, said_in(said_[compared]), outcome);
  }

  void differ(std::size_t at, std::string recorded, std::string replayed, Outcome& outcome) {
    const std::size_t first = at - std::min(at, kContext);
    const auto begin = indices_.begin();
    outcome.difference =
        Difference{indices_[at],
                   {begin + static_cast<std::ptrdiff_t>(first), begin + static_cast<std::ptrdiff_t>(at)},
                   std::move(recorded),
                   std::move(replayed)};
  }

  const Timeline& timeline_;
  const std::vector<std::size_t> indices_;  ///< of the shard's records
  const Tables& tables_;
  std::size_t at_ = 0;  ///< in them
  std::optional<Stop> stopped_;
  Workspace workspace_;
  Config config_;
  std::unique_ptr<Client> client_;
  Link link_;
  websocket::Url endpoint_;
  std::optional<ServerBytes> server_;
  timeline::Pseudonyms pseudonyms_{timeline::Pseudonyms::Hides::Nothing};  ///< what is replayed holds them already
  std::optional<Tap> tap_;
  std::vector<Record> said_;
};

/// Tells the shards' records apart: an input names its shard, and that of a new transport the link.
std::map<std::uint64_t, std::vector<std::size_t>> by_shard(const Timeline& timeline) {
  std::map<std::uint64_t, std::uint64_t> shard_of_link;
  for (const Record& record : timeline.records)
    if (record.is == "input" && record.link != 0) shard_of_link[record.link] = record.with["shard"];
  std::map<std::uint64_t, std::vector<std::size_t>> indices;
  for (std::size_t i = 0; i < timeline.records.size(); ++i) {
    const Record& record = timeline.records[i];
    if (record.is == "input") indices[record.with["shard"]].push_back(i);
    const auto link = shard_of_link.find(record.link);
    if (record.is != "input" && record.is != "script" && link != shard_of_link.end())
      indices[link->second].push_back(i);
  }
  return indices;
}

}  // namespace

std::variant<Outcome, Unfit> replay(const Timeline& timeline, const Tables& tables) {
  Outcome outcome;
  for (auto& [number, indices] : by_shard(timeline)) {
    Shard shard(timeline, std::move(indices), tables);
    if (auto unfit = shard.run(outcome)) return *std::move(unfit);
    if (outcome.difference) break;
  }
  if (outcome.shards == 0) return Unfit{{}, "it has no inputs: only recordings by portcullis connect have them"};
  return outcome;
}

}  // namespace portcullis::replay
