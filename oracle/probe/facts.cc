#include "portcullis/oracle/probe/facts.h"

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "portcullis/oracle/mock/query.h"
#include "portcullis/oracle/probe/ready_shape.h"
#include "portcullis/oracle/probe/sight.h"
#include "portcullis/spec/sharding.h"

namespace portcullis::probe {
namespace {

using judge::Moment;
using timeline::Json;
using timeline::Record;

constexpr std::int64_t kWindowMs = 60'000;
constexpr std::array<std::int64_t, 6> kReceived{0, 1, 7, 9, 10, 11};
constexpr std::int64_t kChunkMembersMax = 1'000;

struct Link {
  mock::Query query;
  bool names_version = false;
  std::size_t messages = 0;
  bool hello = false;
  std::deque<std::int64_t> sends;
  int identifies = 0, resumes = 0;
  std::optional<std::int64_t> last;
  Asked asked;
};

const Json& member(const Json& object, const char* name) {
  static const Json none;
  const auto found = object.is_object() ? object.find(name) : object.end();
  return object.is_object() && found != object.end() ? *found : none;
}

bool is_event_name(const Json& name) {
  if (!name.is_string() || name.get_ref<const std::string&>().empty()) return false;
  const auto& text = name.get_ref<const std::string&>();
  const auto good = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; };
  return text.front() >= 'A' && text.front() <= 'Z' && std::ranges::all_of(text, good);
}

/// Goes through the records, one after the other.
class Walk {
 public:
  explicit Walk(const timeline::Timeline& timeline) : timeline_(timeline) {}

  std::vector<Moment> run() {
    for (number_ = 0; number_ < timeline_.records.size(); ++number_) {
      record_ = &timeline_.records[number_];
      see(*record_, links_[record_->link]);
    }
    return {moments_.begin(), moments_.end()};
  }

 private:
  Json& tell(const char* is, const char* from) {
    Moment moment;
    moment.record = number_;
    moment.at_ms = record_->at_ms;
    moment.link = record_->link;
    moment.facts = {{"is", is}, {"from", from}};
    return moments_.emplace_back(std::move(moment)).facts;
  }

  void see(const Record& record, Link& link) {
    const bool server = record.with.value("from", "") == "server";
    if (record.is == "open") on_open(record.with["url"].get<std::string>(), link);
    if (record.is == "message") return server ? on_server(record.with, link) : on_client(record.with, link);
    if (record.is == "close" && server) on_close(record.with, link);
    if (record.is == "ping" && !server) tell("ping", "client");
    if (record.is == "pong" && server) tell("pong", "server");
    if (record.is == "fault" && server) tell("fault", "server")["what"] = record.with["what"];
    if (record.is == "end" || record.is == "refused") tell("loss", server ? "server" : "client");
  }

  static void on_open(const std::string& url, Link& link) {
    link.query = mock::read_query(url);
    link.names_version = url.find("?v=") != std::string::npos || url.find("&v=") != std::string::npos;
  }

  void on_client(const Json& with, Link& link) {
    link.sends.push_back(record_->at_ms);
    const Json& payload = member(with, "payload");
    const Json& op = member(payload, "op");
    if (op == 1) tell("beat", "client");
    if (op == 2) {
      ++link.identifies;
      payload_compression_ |= member(member(payload, "d"), "compress") == true;
      link.asked.shard = member(member(payload, "d"), "shard");
    }
    if (op == 6) ++link.resumes;
  }

  void on_close(const Json& with, Link& link) {
    Json& facts = tell("close", "server");
    facts["code"] = with.value("code", 1005);
    facts["sends"] = most_in_window(link);
    facts["identifies"] = link.identifies;
    facts["resumes"] = link.resumes;
  }

  /// The largest number of the client's messages in any minute.
  static std::size_t most_in_window(const Link& link) {
    std::size_t most = 0, first = 0;
    for (std::size_t i = 0; i < link.sends.size(); ++i) {
      while (link.sends[i] - link.sends[first] >= kWindowMs) ++first;
      most = std::max(most, i - first + 1);
    }
    return most;
  }

  void on_server(const Json& with, Link& link) {
    Json& facts = tell("message", "server");
    facts["first"] = link.messages++ == 0;
    const bool text = with["kind"] == "text";
    // A server that does not offer a compression sends plain JSON.
    const bool compressed = !link.query.compress.empty() || payload_compression_;
    facts["kind_good"] = link.query.encoding == "etf" ? !text : text || compressed;
    if (with.contains("undecodable")) return void(facts["undecodable"] = with["undecodable"]);
    const Json& payload = with["payload"];
    const Json& op = member(payload, "op");
    if (!op.is_number_integer()) return void(facts["undecodable"] = "no map with an integer op");
    facts["op"] = op;
    facts["known"] = std::ranges::find(kReceived, op.get<std::int64_t>()) != kReceived.end();
    const bool bare = member(payload, "s").is_null() && member(payload, "t").is_null();
    facts["envelope_good"] = op == 0 ? is_event_name(member(payload, "t")) : bare;
    on_payload(op.get<std::int64_t>(), payload, with.contains("left_out"), link);
  }

  void on_payload(std::int64_t op, const Json& payload, bool left_out, Link& link) {
    const Json& data = member(payload, "d");
    if (op == 0) return on_dispatch(payload, left_out, link);
    if (op == 9) tell("invalid", "server")["d_kind"] = kind_of(data);
    if (op == 11) tell("ack", "server")["data_good"] = data.is_null();
    if (op != 10) return;
    const Json& interval = member(data, "heartbeat_interval");
    Json& facts = tell("hello", "server");
    facts["good"] = interval.is_number_integer() && interval > 0;
    facts["interval_ms"] = interval;
    facts["again"] = std::exchange(link.hello, true);
  }

  void on_dispatch(const Json& payload, bool left_out, Link& link) {
    const Json& name = member(payload, "t");
    const Json& data = member(payload, "d");
    const bool ready = name == "READY";
    if (ready) on_ready(data, left_out, payload, link);
    Json& facts = tell("dispatch", "server");
    facts["t"] = name;
    facts["before_login"] = link.identifies + link.resumes == 0;
    const Json& s = member(payload, "s");
    facts["numbered"] = s.is_number_integer();
    if (s.is_number_integer()) {
      if (link.last && !ready) facts["step"] = s.get<std::int64_t>() - *link.last;
      link.last = s.get<std::int64_t>();
    }
    if (const auto guild = guild_of(data); guild && link.asked.count() > 0)
      facts["guild_here"] = spec::shard_of_guild(*guild, link.asked.count()) == link.asked.id();
    if (name == "GUILD_MEMBERS_CHUNK" && !left_out) on_chunk(data);
    if (name == "RATE_LIMITED") on_rate_limited(data);
  }

  void on_ready(const Json& data, bool left_out, const Json& payload, Link& link) {
    link.last.reset();
    Json& facts = tell("ready", "server");
    facts["s"] = member(payload, "s");
    link.asked.version = link.names_version ? std::optional(link.query.version) : std::nullopt;
    link.asked.json = link.query.encoding != "etf";
    if (!left_out) facts["broken"] = broken_in_ready(data, link.asked);
  }

  static std::optional<std::uint64_t> guild_of(const Json& data) {
    const Json& id = member(data, "guild_id");
    return id.is_string() ? snowflake_of(id) : std::nullopt;
  }

  void on_chunk(const Json& data) {
    const Json &members = member(data, "members"), &index = member(data, "chunk_index"),
               &count = member(data, "chunk_count");
    const bool numbers = index.is_number_integer() && count.is_number_integer();
    const bool few = members.is_array() && static_cast<std::int64_t>(members.size()) <= kChunkMembersMax;
    tell("chunk", "server")["good"] = few && numbers && index >= 0 && index < count;
  }

  void on_rate_limited(const Json& data) {
    const bool good = member(data, "opcode").is_number_integer() && member(data, "retry_after").is_number() &&
                      member(data, "meta").is_object();
    tell("rate_limited", "server")["good"] = good;
  }

  const timeline::Timeline& timeline_;
  const Record* record_ = nullptr;
  std::size_t number_ = 0;
  std::map<std::uint64_t, Link> links_;
  bool payload_compression_ = false;  ///< an Identify asked for it; whether a resume keeps it is not known
  std::deque<Moment> moments_;        ///< they keep their place while more come
};

}  // namespace

std::vector<Moment> moments_of(const timeline::Timeline& timeline) { return Walk(timeline).run(); }

}  // namespace portcullis::probe
