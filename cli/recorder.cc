#include "portcullis/cli/recorder.h"

#include <cerrno>
#include <utility>

#include "portcullis/cli/verb.h"
#include "portcullis/net/clock.h"
#include "portcullis/net/entropy.h"
#include "portcullis/net/trouble.h"

namespace portcullis::cli {
namespace {

std::string drawn_key() {
  constexpr int kWords = 8;
  const Chance chance = net::entropy();
  std::string key;
  for (int word = 0; word < kWords; ++word) key += std::to_string(chance()) + " ";
  return key;
}

}  // namespace

Recorder::Recorder(const std::string& path, std::string about, timeline::Sink also)
    : path_(path), also_(std::move(also)), begun_at_(net::now()), pseudonyms_(drawn_key()) {
  if (path_.empty()) return;
  file_.open(path_, std::ios::binary | std::ios::trunc);
  if (file_) write(timeline::header_line({timeline::Clock::Wall, std::move(about), {}}));
  if (!file_) throw Failure(Exit::Usage, "--record: cannot write " + path_ + ": " + net::reason(errno));
}

void Recorder::begin(std::uint64_t link, std::string origin) {
  const std::lock_guard lock(mutex_);
  const auto sink = [this](const timeline::Record& record) { tell(record); };
  taps_.insert_or_assign(link, timeline::Tap(++links_, std::move(origin), pseudonyms_, sink));
}

void Recorder::heard(std::uint64_t link, timeline::Side from, std::span<const std::byte> bytes) {
  const std::lock_guard lock(mutex_);
  const auto tap = taps_.find(link);
  if (tap == taps_.end()) return;
  from == timeline::Side::Client ? tap->second.client_sent(bytes, now()) : tap->second.server_sent(bytes, now());
}

void Recorder::end(std::uint64_t link, timeline::Side from, timeline::How how) {
  const std::lock_guard lock(mutex_);
  const auto tap = taps_.find(link);
  if (tap == taps_.end()) return;
  tap->second.ended(from, how, now());
  taps_.erase(tap);
}

void Recorder::note(std::string is, timeline::Json with) {
  const std::lock_guard lock(mutex_);
  tell({now(), 0, std::move(is), std::move(with)});
}

std::string Recorder::hide(std::string_view text) {
  const std::lock_guard lock(mutex_);
  return pseudonyms_.hide(text);
}

void Recorder::close() {
  const std::lock_guard lock(mutex_);
  if (!file_) throw Failure(Exit::Usage, "--record: " + path_ + " could not be written to the end: is the disk full?");
}

std::int64_t Recorder::now() const { return (net::now() - begun_at_).count(); }

void Recorder::tell(const timeline::Record& record) {
  if (!path_.empty()) write(timeline::line_of(record));
  if (also_) also_(record);
}

/// Once a line could not be written none is: a timeline has no gaps.
void Recorder::write(const std::string& line) { file_ << line << '\n' << std::flush; }

}  // namespace portcullis::cli
