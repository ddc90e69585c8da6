#include "portcullis/oracle/live/live.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "portcullis/net/clock.h"
#include "portcullis/oracle/live/page.h"
#include "portcullis/oracle/live/table.h"

namespace portcullis::live {
namespace {

constexpr std::size_t kPartBytesMax = 256 * 1024;  ///< of a part of the stream, but for one entry
constexpr std::size_t kEntryBytesMax = 16 * 1024;  ///< beyond it a payload is told without its data
constexpr Duration kJudgeInterval{250};
constexpr Duration kIdleInterval{2'000};  ///< while somebody is connected and says nothing: that may be wrong too
constexpr int kJudgeShare = 4;            ///< the judge takes a part in so many of its thread's time

std::string written(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

/// Gives the number behind `name=` in a query, or in a field.
std::uint64_t number_of(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::uint64_t behind_of(const mock::HttpRequest& request) {
  constexpr std::string_view kAfter = "after=";
  if (const auto last = request.find("Last-Event-ID")) return number_of(*last);
  const std::string_view query = request.query;
  return query.starts_with(kAfter) ? number_of(query.substr(kAfter.size())) : 0;
}

/// The page may load nothing, talk to nobody else and be framed by nobody.
mock::HttpAnswer page() {
  mock::HttpAnswer answer{200, page_with_table(kPage), {}, true, "text/html; charset=utf-8"};
  answer.fields = {{"Content-Security-Policy",
                    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; "
                    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
                   {"X-Content-Type-Options", "nosniff"},
                   {"Referrer-Policy", "no-referrer"},
                   {"Cache-Control", "no-store"}};
  return answer;
}

mock::HttpAnswer stream(std::uint64_t behind) {
  mock::HttpAnswer answer{200, "retry: 1000\n\n", {}, true, "text/event-stream"};
  answer.fields = {{"X-Content-Type-Options", "nosniff"}, {"Cache-Control", "no-store"}};
  answer.follows = behind;
  return answer;
}

}  // namespace

Live::Live(std::uint32_t run, std::function<std::string(std::string_view)> statement_of)
    : run_(run), begun_at_(net::now()), remarks_(std::move(statement_of)) {
  judged_ = add({{"at", 0}, {"is", "begin"}});
  judge_ = std::thread([this] { judge_again_and_again(); });
}

Live::~Live() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  judge_.join();
}

void Live::saw(const timeline::Record& record) {
  const std::lock_guard lock(mutex_);
  last_at_ = record.at_ms;
  std::string line = timeline::line_of(record);
  if (line.size() > kEntryBytesMax && record.with.contains("payload")) {
    timeline::Record shorter = record;
    if (shorter.with["payload"].is_object()) shorter.with["payload"]["d"] = nullptr;
    shorter.with["left_out"] = true;
    line = timeline::line_of(shorter);
  }
  const std::uint64_t number = log_.add(line);
  clients_.saw(record, number);
  remarks_.saw(record, number);
}

void Live::stepped(const mock::Stepped& step) {
  if (step.row->to == step.from) return;
  const std::lock_guard lock(mutex_);
  const std::uint64_t number = add({{"at", last_at_},
                                    {"link", step.link},
                                    {"is", "step"},
                                    {"from", spec::name(step.from)},
                                    {"input", spec::name(step.input)},
                                    {"action", spec::name(step.row->act)},
                                    {"to", spec::name(step.row->to)},
                                    {"requirement", id(step.row->req)}});
  clients_.stepped(step, number);
}

mock::Display Live::display() {
  return {[this](const mock::HttpRequest& request) { return answer(request); },
          [this](std::uint64_t& behind) { return news(behind); }};
}

std::optional<mock::HttpAnswer> Live::answer(const mock::HttpRequest& request) const {
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (request.path == "/ui" && reads) return page();
  if (request.path == "/events" && request.method == "GET") return stream(behind_of(request));
  if (request.path != "/ui" && request.path != "/events") return std::nullopt;
  mock::HttpAnswer answer = mock::http_error(405, "this path takes GET");
  answer.allow = "GET";
  return answer;
}

/// Who names a number that was not given yet asks for another run of the mock, and gets all of this one.
std::string Live::news(std::uint64_t& behind) {
  const std::lock_guard lock(mutex_);
  if (behind == log_.last()) return {};
  if (behind > log_.last()) behind = 0;
  const std::uint64_t since = behind;
  const std::string entries = log_.take(behind, kPartBytesMax);
  std::string part = "id: " + std::to_string(behind) + "\ndata: {\"run\":" + std::to_string(run_);
  part += ",\"now\":" + std::to_string(now_ms()) + ",\"first\":" + std::to_string(log_.first());
  part += ",\"links\":" + written(clients_.links()) + ",\"clients\":" + written(clients_.changed_since(since));
  return part + ",\"entries\":" + entries + "}\n\n";
}

std::uint64_t Live::add(const Json& entry) { return log_.add(written(entry)); }

// ---- The judge

void Live::judge_again_and_again() {
  std::unique_lock lock(mutex_);
  Instant due_at = net::now() + kJudgeInterval;
  const auto pause = [&] { return std::chrono::milliseconds((due_at - net::now()).count()); };
  while (!stop_.wait_for(lock, pause(), [this] { return stopping_; })) {
    remarks_.heard_noise((net::now() - due_at).count());  // what keeps us from running delays the clients too
    due_at = net::now() + judge_once(lock);
  }
}

/// Gives how long to wait before the next time.
Duration Live::judge_once(std::unique_lock<std::mutex>& lock) {
  const Instant began_at = net::now();
  const bool idle = remarks_.anybody_there() && began_at >= judged_at_ + kIdleInterval;
  if (judged_ == log_.last() && !idle) return kJudgeInterval;
  judged_ = log_.last();
  judged_at_ = began_at;
  const Remarks::Window window = remarks_.window(now_ms());
  lock.unlock();
  const judge::Judgement judgement = Remarks::judge(window);
  lock.lock();
  for (const Json& remark : remarks_.fresh(window, judgement)) judged_ = add(remark);
  return std::max(kJudgeInterval, kJudgeShare * (net::now() - began_at));
}

std::int64_t Live::now_ms() const { return (net::now() - begun_at_).count(); }

}  // namespace portcullis::live
